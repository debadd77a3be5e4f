"""The result of one check."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. Only ERROR keeps Parvis from working."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about a subject and, unless all is well, what to do."""

    level: Level
    subject: str
    message: str
    remedy: str = ""


def ok(subject: str, message: str) -> list[Finding]:
    """All is well."""
    return [Finding(Level.OK, subject, message)]


def warning(subject: str, message: str, remedy: str) -> list[Finding]:
    """It works, but not as it should."""
    return [Finding(Level.WARNING, subject, message, remedy)]


def error(subject: str, message: str, remedy: str) -> list[Finding]:
    """It does not work."""
    return [Finding(Level.ERROR, subject, message, remedy)]
