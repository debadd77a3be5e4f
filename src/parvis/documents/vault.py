"""Documents are encrypted at rest, in the age format: each file has a data key of its own, wrapped for the platform.

Whoever copies the store without the platform's key has nothing; who has the key may open a file with any age tool.
"""

import io
import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol

import pyrage
from django.conf import settings

from parvis.core import env

CHUNK = 64 * 1024
SMALL = 1024 * 1024  # decrypted in memory; larger files stream through a pipe


class Source(Protocol):
    """What is read while it is encrypted."""

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, none at the end."""


@lru_cache(maxsize=4)
def _identities(key: str, former: str) -> tuple[pyrage.x25519.Identity, ...]:
    return tuple(pyrage.x25519.Identity.from_str(text) for text in (key, *former.split()))


def identities() -> tuple[pyrage.x25519.Identity, ...]:
    """Return the platform's key, then the former ones: files written before a rotation stay readable."""
    return _identities(settings.DOCUMENTS_KEY, " ".join(settings.DOCUMENTS_FORMER_KEYS))


def kept_key(file: Path) -> str:
    """Return ``PARVIS_DOCUMENTS_KEY``, or the key kept in ``file``, made on first use."""
    return env.kept_secret("PARVIS_DOCUMENTS_KEY", file, make=lambda: str(pyrage.x25519.Identity.generate()))


def seal(source: Source, target: BinaryIO) -> None:
    """Encrypt a stream into a file. What ``source.read`` raises comes out as pyrage.EncryptError."""
    pyrage.encrypt_io(source, target, [identities()[0].to_public()])


def opened(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a sealed file. Raise FileNotFoundError at the call, not midway."""
    handle = path.open("rb")
    if path.stat().st_size <= SMALL:
        with handle:
            clear = io.BytesIO()
            pyrage.decrypt_io(handle, clear, list(identities()))
        return iter((clear.getvalue(),))
    return _streamed(handle)


def _streamed(handle: BinaryIO) -> Iterator[bytes]:
    """Decrypt in a thread and yield through a pipe: memory stays flat whatever the size."""
    outlet, inlet = os.pipe()
    failures: list[BaseException] = []

    def work() -> None:
        try:  # around the closing too: a reader who left makes the last flush fail
            with handle, os.fdopen(inlet, "wb", buffering=CHUNK) as sink:
                pyrage.decrypt_io(handle, sink, list(identities()))
        except (pyrage.DecryptError, OSError, ValueError) as error:
            failures.append(error)

    worker = threading.Thread(target=work, name="document-decryption", daemon=True)
    worker.start()
    with os.fdopen(outlet, "rb", buffering=0) as tap:
        while chunk := tap.read(CHUNK):
            yield chunk
    worker.join()
    if failures:  # a truncated answer must not look complete
        raise OSError("document cannot be decrypted") from failures[0]
