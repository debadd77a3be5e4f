"""Seals what a copy of the database must not give away: ID tokens in sessions, secrets of second factors."""

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def box(purpose: str) -> Fernet:
    """Return the seal of one purpose, derived from the installation's secret: what one seals another cannot open."""
    key = hashlib.sha256(f"parvis.{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
