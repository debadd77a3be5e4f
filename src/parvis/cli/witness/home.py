"""A witness's folder: its name, its secret, the logs it trusts, its memory."""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm

from parvis.cli.witness.memory import Memory
from parvis.core.tlog import cosigning, notes
from parvis.core.tlog.cosigning import COSIGNATURE_ED25519, COSIGNATURE_ML_DSA, Cosigner

NAME, SECRET, LOGS, SEEN = "name", "secret", "logs", "seen"
_KINDS = {COSIGNATURE_ED25519: b"parvis witness ed25519\n", COSIGNATURE_ML_DSA: b"parvis witness ml-dsa-44\n"}


class BadHomeError(ValueError):
    """The folder is not a witness's, or cannot become one; the message, in French, says what to do."""


class Home:
    """A witness's folder. ``logs`` is read at each request: a log trusted from now on is, without starting again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self.name = (folder / NAME).read_text(encoding="utf-8").strip()
            secret = bytes.fromhex((folder / SECRET).read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            message = f"{folder} n’est pas le dossier d’un témoin. Créez-le : parvis witness init --folder {folder}"
            raise BadHomeError(message) from error
        self.cosigners = _cosigners(self.name, secret)
        self.memory = Memory(folder / SEEN)

    @classmethod
    def make(cls, folder: Path, name: str) -> "Home":
        """Make the folder and the secret. Raise BadHomeError when there is one already, or for an impossible name."""
        if not notes.is_key_name(name):
            message = "Le nom d’un témoin est une adresse sans espace ni « + », par exemple tribunal.example/temoin."
            raise BadHomeError(message)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(folder / SECRET, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            message = f"{folder} est déjà le dossier d’un témoin : sa clé ne se remplace pas."
            raise BadHomeError(message) from error
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"{secrets.token_hex(32)}\n")
            out.flush()
            os.fsync(out.fileno())
        (folder / NAME).write_text(f"{name}\n", encoding="utf-8")
        return cls(folder)

    def logs(self) -> list[notes.Verifier]:
        """Return the keys of the logs trusted. Raise BadNoteError when a line is not one."""
        file = self._folder / LOGS
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [notes.Verifier.parse(line) for line in lines if line.strip() and not line.startswith("#")]

    def trust(self, text: str) -> notes.Verifier:
        """Trust a log from now on. Raise BadNoteError when the key is not one."""
        key = notes.Verifier.parse(text)
        if key not in self.logs():
            with (self._folder / LOGS).open("a", encoding="utf-8") as out:
                out.write(f"{key}\n")
        return key


def _cosigners(name: str, secret: bytes) -> list[Cosigner]:
    made = []
    for kind, context in _KINDS.items():
        try:
            made.append(cosigning.Cosigner(name, hashlib.sha256(context + secret).digest(), kind))
        except UnsupportedAlgorithm:
            continue  # ML-DSA: the Ed25519 key is always there
    return made
