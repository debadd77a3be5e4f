"""`parvis verify`: check the journal, from the database or from an exported directory with no server at all."""

import argparse

from parvis.cli import django_command

PASSES_THROUGH = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything goes to the command of the ledger."""
    parser.epilog = "Options : --json, --export DOSSIER, --offline DOSSIER."


def run(options: argparse.Namespace) -> int:
    """Hand over; an exported journal is verified with no database at all."""
    return django_command.run("verify_ledger", options.rest, database_needed="--offline" not in options.rest)
