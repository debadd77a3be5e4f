"""The native API from Python: what a town's software needs, typed, on `requests` alone.

It imports nothing of the rest of Parvis: copy this folder into another program and it works.
"""

from parvis.client.errors import (
    AbsentError,
    ClientError,
    ConflictError,
    DigestError,
    ForbiddenError,
    InvalidError,
    SignatureError,
    SignInError,
    UnavailableError,
)
from parvis.client.hub import Client
from parvis.client.shapes import (
    Attachment,
    Case,
    Defect,
    Deposited,
    Document,
    Event,
    Folder,
    NewDeposit,
    Notification,
    Organisation,
    Right,
)
from parvis.client.signatures import verify

__all__ = [
    "AbsentError",
    "Attachment",
    "Case",
    "Client",
    "ClientError",
    "ConflictError",
    "Defect",
    "Deposited",
    "DigestError",
    "Document",
    "Event",
    "Folder",
    "ForbiddenError",
    "InvalidError",
    "NewDeposit",
    "Notification",
    "Organisation",
    "Right",
    "SignInError",
    "SignatureError",
    "UnavailableError",
    "verify",
]
