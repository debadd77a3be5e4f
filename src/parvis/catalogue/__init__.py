"""Processes (démarches) and online services as data, with their workflows."""
