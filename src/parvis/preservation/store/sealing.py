"""Objects are sealed in the age format, as the documents of the house, for the platform and for who may also open them.

A hundred years outlive a platform: ``PARVIS_PRESERVATION_RECIPIENTS`` names other age keys (the archives', an envelope
in the court's safe) that open every object written from then on, with any age tool.
"""

import io
from functools import lru_cache
from typing import BinaryIO

import pyrage
from django.conf import settings

from parvis.preservation.store.site import DamagedError


@lru_cache(maxsize=4)
def _keys(key: str, former: str) -> tuple[pyrage.x25519.Identity, ...]:
    return tuple(pyrage.x25519.Identity.from_str(text) for text in (key, *former.split()))


@lru_cache(maxsize=4)
def _others(texts: str) -> tuple[pyrage.x25519.Recipient, ...]:
    return tuple(pyrage.x25519.Recipient.from_str(text) for text in texts.split())


def _recipients() -> list[pyrage.x25519.Recipient]:
    return [_identities()[0].to_public(), *_others(" ".join(settings.PRESERVATION_RECIPIENTS))]


def _identities() -> tuple[pyrage.x25519.Identity, ...]:
    return _keys(settings.DOCUMENTS_KEY, " ".join(settings.DOCUMENTS_FORMER_KEYS))


def seal(data: bytes) -> bytes:
    """Return the sealed bytes of a content."""
    return bytes(pyrage.encrypt(data, _recipients()))


def seal_stream(source: BinaryIO, target: BinaryIO) -> None:
    """Seal a stream into another."""
    pyrage.encrypt_io(source, target, _recipients())


def unseal(data: bytes) -> bytes:
    """Return the content of sealed bytes. Raise DamagedError when they are not whole, or for another key."""
    try:
        return bytes(pyrage.decrypt(data, list(_identities())))
    except pyrage.DecryptError as error:
        raise DamagedError(str(error)) from error


def unseal_stream(source: BinaryIO, target: BinaryIO) -> None:
    """Unseal a stream into another. Raise DamagedError as soon as a part is not whole."""
    try:
        pyrage.decrypt_io(source, target, list(_identities()))
    except (pyrage.DecryptError, OSError) as error:  # past the first part, the library says OSError
        raise DamagedError(str(error)) from error


def unsealed(source: BinaryIO) -> bytes:
    """Return the content of a sealed stream, in memory: for objects of a few megabytes."""
    target = io.BytesIO()
    unseal_stream(source, target)
    return target.getvalue()
