"""`parvis import NAME`: bring reference data in, or a register of civil status."""

import argparse

from parvis.cli import django_command

PASSES_THROUGH = True
NAMES = {
    "communes": "import_communes",
    "processes": "import_processes",
    "register": "import_register",
    "breached-passwords": "import_breached_passwords",
}
_WITHOUT_DATABASE = frozenset({"breached-passwords"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to import; its own options follow."""
    parser.add_argument("name", choices=sorted(NAMES), help="ce qui est importé")


def run(options: argparse.Namespace) -> int:
    """Hand over to the command that knows."""
    return django_command.run(NAMES[options.name], options.rest, database_needed=options.name not in _WITHOUT_DATABASE)
