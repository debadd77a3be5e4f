"""Text as machines compare it and as people may safely read it."""

import unicodedata

_CONTROL = {code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F}
# Overrides of direction can make "exe.fdp" read as "pdf.exe"; they have no use in a name.
_DIRECTION = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_FORBIDDEN_IN_NAMES = set('/\\:*?"<>|')
MAX_NAME = 120


def clean(value: str) -> str:
    """Return the text in NFC, without control or direction characters, trimmed."""
    kept = (c for c in unicodedata.normalize("NFC", value) if ord(c) not in _CONTROL | _DIRECTION)
    return "".join(kept).strip()


def safe_file_name(value: str, default: str = "document") -> str:
    """Return a file name that no file system, header or archive can misread.

    Path separators, reserved characters and leading dots go; the extension survives a cut to 120 characters.
    """
    kept = "".join("_" if c in _FORBIDDEN_IN_NAMES else c for c in clean(value).replace("\n", " "))
    kept = kept.strip(" .") or default
    if len(kept) <= MAX_NAME:
        return kept
    stem, dot, extension = kept.rpartition(".")
    if not dot or len(extension) > 10:  # noqa: PLR2004 - longer than any real extension
        return kept[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"
