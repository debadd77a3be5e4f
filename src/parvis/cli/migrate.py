"""`parvis migrate`: bring the database to the present version of the code."""

import argparse

from parvis.cli import database

# Any constant; the same for every node of an installation.
_LOCK = 0x5041_5256_4953


PASSES_THROUGH = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the name goes to Django's own command."""
    parser.epilog = "Les autres options sont celles de la commande migrate de Django (application, numéro, --plan…)."


def run(options: argparse.Namespace) -> None:
    """Migrate."""
    database.ensure()
    apply(options.rest)


def apply(rest: list[str] | None = None) -> None:
    """Apply migrations, one process at a time: two nodes that start together must not both create the tables."""
    import django  # noqa: PLC0415 - after the database is there
    from django.core.management import call_command  # noqa: PLC0415 - same
    from django.db import connection  # noqa: PLC0415 - same

    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        call_command("migrate", *(rest or []), interactive=False)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        connection.close()
