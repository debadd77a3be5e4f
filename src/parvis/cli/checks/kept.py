"""The registers kept: a distinct site up to date within the day, and no damage left."""

from typing import TYPE_CHECKING

import psycopg

from parvis.cli.checks.finding import Finding, error, ok, warning
from parvis.cli.checks.storage import _server_version

if TYPE_CHECKING:
    from parvis.preservation.queries import Health

_SUBJECT = "Conservation"


def preservation() -> list[Finding]:
    """Say how the conservation base is doing; nothing when nothing is kept."""
    try:
        _server_version()
    except psycopg.Error:
        return []  # already said
    from django.db import ProgrammingError  # noqa: PLC0415 - settings are read when the check runs

    from parvis.preservation import queries  # noqa: PLC0415 - same

    try:
        found = queries.health()
    except ProgrammingError:
        return []  # not migrated: already said
    return _judged(found)


def _judged(found: "Health") -> list[Finding]:
    """The worst first."""
    kept = f"{found.objects} objets, {found.octets / 1024**3:.2f} Go"
    errors = (
        (
            found.lost,
            f"{kept}, dont {found.lost} abîmés sur les deux sites",
            "Remettez une troisième copie en place, puis : parvis preservation scrub",
        ),
        (
            found.objects and not found.has_replica,
            f"{kept}, sans site distinct",
            "Réglez PARVIS_PRESERVATION_REPLICA (docs/preservation.md).",
        ),
        (found.late, f"{kept}, réplique en retard de plus de 24 h", "Lancez : parvis preservation replicate"),
    )
    for wrong, message, remedy in errors:
        if wrong:
            return error(_SUBJECT, message, remedy)
    if found.damaged:
        return warning(_SUBJECT, f"{kept}, dont {found.damaged} à réparer", "Lancez : parvis preservation scrub")
    return ok(_SUBJECT, f"{kept}, réplique à jour" if found.objects else "aucun registre conservé")
