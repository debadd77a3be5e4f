"""`parvis verify`: check the journal in the database, or anything it proves with no server at all."""

import argparse
import sys
from pathlib import Path

from parvis.cli import django_command

PASSES_THROUGH = True
_STANDALONE = "--write-standalone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything goes to the command of the ledger, or to the verifier that anyone downloads."""
    parser.epilog = (
        "Options : --json, --export DOSSIER, --offline DOSSIER. Sans base de données : file, record, container, "
        f"consistency, log (parvis verify file --help) ; {_STANDALONE} FICHIER écrit le vérificateur en un fichier."
    )


def run(options: argparse.Namespace) -> int:
    """Hand over; what needs no database gets none."""
    words = options.rest
    from parvis.ledger.standalone import program  # noqa: PLC0415 - slow to import

    if words and words[0] in program.CHOICES:
        return program.main(words)
    if _STANDALONE in words:
        return _write(words[words.index(_STANDALONE) + 1 :])
    return django_command.run("verify_ledger", words, database_needed="--offline" not in words)


def _write(names: list[str]) -> int:
    from parvis.ledger.standalone import building  # noqa: PLC0415 - reads every source

    if len(names) != 1:
        sys.stderr.write(f"parvis verify : {_STANDALONE} attend le nom du fichier à écrire.\n")
        return 2
    Path(names[0]).write_text(building.standalone_source(), encoding="utf-8")
    sys.stdout.write(f"{names[0]} : il ne lui faut que Python 3.11 et le paquet cryptography.\n")
    return 0
