"""A client of clamd's INSTREAM command: the document is sent in pieces and never touches clamd's disk.

``PARVIS_CLAMD`` is ``unix:/path/of/socket`` or ``tcp:host:port``; empty means that no antivirus is configured. When one
is configured and does not answer, documents are refused: an open door is worse than a closed one.
"""

import socket
import struct
from collections.abc import Callable, Iterable

from django.conf import settings

from parvis.core.errors import DomainError
from parvis.documents.rules import FileRefusedError

TIMEOUT_SECONDS = 60
PING_SECONDS = 2
MAX_ANSWER = 4096
PIECE = 64 * 1024


class InfectedFileError(FileRefusedError):
    """The antivirus found something."""


class ScannerDownError(DomainError):
    """The antivirus does not answer, or not as it should."""

    status = 503


def check(document: Callable[[], Iterable[bytes]]) -> None:
    """Scan a document, opened only if a scanner is configured. Raise InfectedFileError or ScannerDownError."""
    address = settings.CLAMD
    if not address:
        return
    verdict = _verdict(address, document())
    if verdict.endswith(b"OK"):
        return
    if verdict.endswith(b"FOUND"):
        raise InfectedFileError(
            "infected_file",
            "L’antivirus a trouvé un programme dangereux dans ce fichier. Ne l’ouvrez pas : faites analyser votre "
            "appareil, puis envoyez un autre fichier.",
        )
    raise _down()


def answers() -> bool | None:
    """Tell whether the configured antivirus answers a PING within two seconds; None when there is none."""
    if not settings.CLAMD:
        return None
    try:
        with _connected(settings.CLAMD, PING_SECONDS) as link:
            link.sendall(b"zPING\0")
            return link.recv(MAX_ANSWER).startswith(b"PONG")
    except (OSError, ValueError):
        return False


def _verdict(address: str, chunks: Iterable[bytes]) -> bytes:
    try:
        with _connected(address) as link:
            link.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                for start in range(0, len(chunk), PIECE):
                    piece = chunk[start : start + PIECE]
                    link.sendall(struct.pack(">I", len(piece)) + piece)
            link.sendall(struct.pack(">I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER:
                received = link.recv(MAX_ANSWER)
                if not received:
                    break
                answer += received
    except (OSError, ValueError) as error:
        raise _down() from error
    return answer.rstrip(b"\0")


def _connected(address: str, timeout: int = TIMEOUT_SECONDS) -> socket.socket:
    kind, _, place = address.partition(":")
    if kind == "unix":
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(timeout)
        try:
            link.connect(place)
        except OSError:
            link.close()
            raise
        return link
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=timeout)


def _down() -> ScannerDownError:
    return ScannerDownError(
        "scanner_down", "La vérification des fichiers est momentanément indisponible. Réessayez dans quelques minutes."
    )
