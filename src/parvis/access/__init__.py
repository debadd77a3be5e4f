"""Grants and decisions: who may do what, where, and why."""
