"""The machine: interpreter, packages, clock."""

import importlib.metadata
import sys
import time
from datetime import UTC, datetime

from parvis.cli.checks.finding import Finding, error, ok, warning

_OLDEST_PYTHON = (3, 11)
# The day this check was written: a clock before it is wrong for certain.
_NOT_BEFORE = datetime(2026, 7, 1, tzinfo=UTC)
_MEASURE = 0.2
_TOLERATED_DRIFT = 0.05


def python() -> list[Finding]:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return error("Python", version, "Parvis demande Python 3.11 ou plus récent.")
    return ok("Python", f"{version} ({sys.executable})")


def packages() -> list[Finding]:
    """Every run-time dependency is installed."""
    missing = []
    for line in importlib.metadata.requires("parvis") or []:
        name = line.split(";")[0].split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip()
        if "extra ==" not in line and not _installed(name):
            missing.append(name)
    if missing:
        return error("Paquets", f"manquants : {', '.join(missing)}", "Lancez « pip install parvis » de nouveau.")
    return ok("Paquets", f"Parvis {importlib.metadata.version('parvis')}, toutes ses dépendances sont là")


def clock() -> list[Finding]:
    """Signatures, deadlines and ids depend on the clock: it must be plausible and run at the right pace."""
    now = datetime.now(UTC)
    if now < _NOT_BEFORE:
        return error(
            "Horloge", f"{now:%d/%m/%Y %H:%M} UTC, dans le passé", "Mettez la machine à l’heure (chrony, ntp)."
        )
    wall, steady = time.time(), time.monotonic()
    time.sleep(_MEASURE)
    drift = abs((time.time() - wall) - (time.monotonic() - steady))
    if drift > _TOLERATED_DRIFT:
        return warning("Horloge", "elle vient d’être déplacée", "Vérifiez la synchronisation (chronyc tracking).")
    return ok("Horloge", f"{now:%d/%m/%Y %H:%M:%S} UTC")


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
