"""`parvis upgrade-database`: take the data of an older PostgreSQL over."""

import argparse
import sys

from parvis.core import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No option: what to do is in the data directory."""
    parser.epilog = "La base d’origine est gardée ; supprimez-la quand tout va bien."


def run(_options: argparse.Namespace) -> None:
    """Upgrade, and say where the old data are."""
    from parvis.core.embedded.upgrade import upgrade  # noqa: PLC0415 - only for this command

    kept = upgrade(env.data_dir(), lambda text: sys.stderr.write(f"{text}\n"))
    if kept is None:
        sys.stdout.write("La base est déjà à la version actuelle.\n")
    else:
        sys.stdout.write(f"La base est à jour. L’ancienne est gardée dans {kept} : supprimez-la quand tout va bien.\n")
