"""What `parvis org`, `parvis subscription` and `parvis credential` share: Django ready, one answer, plain or JSON."""

import argparse
import json
import sys
from typing import Any

from parvis.cli import database


def ready() -> None:
    """Have the database and Django."""
    database.ensure()
    import django  # noqa: PLC0415 - after the database is there

    django.setup()
    from parvis.core import tenancy  # noqa: PLC0415 - Django must be ready

    tenancy.work_as(tenancy.PLATFORM)


def with_json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add ``--json``, the same on every command."""
    parser.add_argument("--json", action="store_true", dest="as_json", help="répondre en JSON")
    return parser


def answer(options: argparse.Namespace, rows: list[dict[str, Any]], *, one: bool = False) -> int:
    """Print what was made or found: JSON for programs, a line a row for people."""
    if options.as_json:
        sys.stdout.write(json.dumps(rows[0] if one else rows, ensure_ascii=False, default=str) + "\n")
        return 0
    for row in rows:
        sys.stdout.write("  ".join(f"{name}={value}" for name, value in row.items() if value not in ("", None)) + "\n")
    if not rows:
        sys.stdout.write("Rien à afficher.\n")
    return 0


def organisation(siret: str, branch: str) -> Any:
    """Return an organisation, or refuse with what to do."""
    from parvis.core.errors import AbsentError  # noqa: PLC0415 - Django must be ready
    from parvis.directory import queries  # noqa: PLC0415 - same

    found = queries.organisation_named(siret, branch)
    if found is None:
        raise AbsentError(
            "unknown_organisation",
            "Aucune organisation %(name)s. Créez-la d’abord : parvis org add",
            params={"name": f"{siret}-{branch or '00000'}"},
        )
    return found
