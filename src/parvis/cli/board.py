"""`parvis board`: cases by process, organisation, state and age, without a browser."""

import argparse

from parvis.cli import registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One process only, late lines only."""
    registry.with_json(parser)
    parser.add_argument("--process", default="", help="une démarche (toutes par défaut)")
    parser.add_argument("--late", action="store_true", help="seulement ce qui dépasse son délai")


def run(options: argparse.Namespace) -> int:
    """Print the board."""
    registry.ready()
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.exchange import queries  # noqa: PLC0415 - same

    lines = queries.board(SYSTEM, process=options.process)
    return registry.answer(options, [_shown(line) for line in lines if line.total_late or not options.late])


def _shown(line: object) -> dict[str, object]:
    names = ("process", "organisation_name", "status", "counts", "total", "total_late")
    return {name: getattr(line, name) for name in names}
