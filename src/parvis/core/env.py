"""Typed readers of environment variables: every setting a deployer can change goes through here.

A secret may also come from a file: ``NAME_FILE=/run/secrets/x`` wins over ``NAME``.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

_TRUE = frozenset({"1", "true", "yes", "on", "oui"})
_FALSE = frozenset({"0", "false", "no", "off", "non", ""})


class BadSettingError(ValueError):
    """A variable holds a value that cannot be understood; the message names it and the accepted values."""


def text(name: str, default: str = "") -> str:
    """Return the variable, or the first line of the file that ``NAME_FILE`` points to."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes/no variable. Raise BadSettingError on anything else: a typo must not mean "no"."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    message = f"{name}={raw!r}: expected one of {sorted(_TRUE | _FALSE - {''})}"
    raise BadSettingError(message)


def number(name: str, default: int) -> int:
    """Return an integer variable. Raise BadSettingError when it is not one."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        return int(raw)
    except ValueError:
        message = f"{name}={raw!r}: expected a whole number"
        raise BadSettingError(message) from None


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def data_dir() -> Path:
    """Where this installation keeps everything it owns: ``PARVIS_DATA`` or the user's data folder."""
    chosen = os.environ.get("PARVIS_DATA")
    if chosen:
        return Path(chosen).expanduser().resolve()
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "parvis"


def kept_secret(name: str, file: Path, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(50)) -> str:
    """Return the secret ``name``, or the one kept in ``file``, made on first use and readable by its owner only."""
    given = text(name)
    if given:
        return given
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = make()
    try:
        # O_EXCL: of two processes starting at once, one writes and the other reads what it wrote.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(fresh)
    return fresh
