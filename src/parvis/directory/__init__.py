"""Communes of the official geographic code, organisations, unit trees, memberships."""
