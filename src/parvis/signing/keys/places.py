"""Where the signer's socket, secret and keys are, and which backend the settings ask for."""

import secrets
from functools import cache
from pathlib import Path

from parvis.core import env
from parvis.signing.keys.authorisation import SECRET_BYTES
from parvis.signing.keys.backends import Backend, Files
from parvis.signing.keys.signer import SignerClient


def socket_path(data: Path) -> Path:
    """The socket, in a folder of the data directory that its owner alone may enter."""
    return data / "signer" / "socket"


def seal_secret(data: Path) -> bytes:
    """What seals authorisations: shared by the site, the worker and the signer of one installation."""
    kept = env.kept_secret(
        "PARVIS_SIGNER_SECRET", data / "signer" / "secret", make=lambda: secrets.token_hex(SECRET_BYTES)
    )
    return kept.encode()


def backend() -> Backend:
    """Return the backend of the settings. Raise BadSettingError: files are for the demo only."""
    library = env.text("PARVIS_PKCS11_MODULE")
    if library:
        from parvis.signing.keys.hsm import Module  # noqa: PLC0415 - loads a native library

        return Module(library, env.text("PARVIS_PKCS11_TOKEN", "parvis"), env.text("PARVIS_PKCS11_PIN"))
    if not env.flag("PARVIS_SIGNER_FILES"):
        message = "PARVIS_PKCS11_MODULE: name the security module that holds the keys (files are for the demo only)"
        raise env.BadSettingError(message)
    return Files(env.data_dir() / "signer" / "keys")


@cache
def client(data: Path) -> SignerClient:
    """Return this process's client of the signer of a data directory."""
    return SignerClient(socket_path(data))
