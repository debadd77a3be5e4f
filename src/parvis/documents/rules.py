"""Pure rules: what a file is, by its first and last bytes, and whether it may be taken."""

from collections.abc import Collection

from parvis.core.errors import DomainError
from parvis.documents.enums import LABELS, Mime

HEAD_BYTES = 1024
TAIL_BYTES = 2048
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"


class FileRefusedError(DomainError):
    """The file cannot be taken; the message says why and what to do."""


def recognise(head: bytes) -> Mime:
    """Return the format that the first bytes show.

    A PDF may have up to 1024 bytes before its header (ISO 32000-1, annex H.3, note 13).
    """
    if head.startswith(_PNG):
        return Mime.PNG
    if head.startswith(_JPEG):
        return Mime.JPEG
    if b"%PDF-" in head[:HEAD_BYTES]:
        return Mime.PDF
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"<?xml", b"<")) and not text[:64].lower().startswith((b"<!doctype html", b"<html")):
        return Mime.XML
    return Mime.OTHER


def is_whole(mime: Mime, tail: bytes) -> bool:
    """Tell whether the last bytes are those of a finished file: a cut photo or PDF is caught here."""
    match mime:
        case Mime.PDF:
            return b"%%EOF" in tail and b"startxref" in tail
        case Mime.PNG:
            return _PNG_END in tail
        case Mime.JPEG:
            return _JPEG_END in tail
        case _:
            return True


def check_format(mime: Mime, tail: bytes, *, allowed: Collection[str]) -> None:
    """Raise FileRefusedError unless the content is a whole file of an allowed format. Empty ``allowed`` takes any."""
    if allowed and mime not in allowed:
        names = ", ".join(LABELS.get(m, m) for m in allowed)
        raise FileRefusedError(
            "wrong_format",
            "Le contenu de ce fichier n’est pas dans un format accepté (%(formats)s). "
            "Enregistrez ou numérisez le document dans un de ces formats, puis envoyez-le de nouveau.",
            params={"formats": names},
        )
    if not is_whole(mime, tail):
        raise FileRefusedError(
            "damaged_file",
            "Ce fichier est incomplet ou abîmé. Ouvrez-le pour vérifier qu’il s’affiche, puis envoyez-le de nouveau.",
        )
