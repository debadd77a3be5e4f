"""`parvis keys`: the keys that sign what Parvis issues as OpenID Provider."""

import argparse
from dataclasses import asdict

from parvis.cli import registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """List, rotate."""
    actions = parser.add_subparsers(dest="action", required=True)
    registry.with_json(actions.add_parser("list", help="les clés publiées et leur état"))
    rotate = registry.with_json(
        actions.add_parser("rotate", help="faire signer la clé annoncée, en annoncer une autre")
    )
    rotate.add_argument("--now", action="store_true", help="sans délai, et ne plus croire l’ancienne : elle a fui")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.identity.provider import keys  # noqa: PLC0415 - same

    if options.action == "rotate":
        done = keys.rotate(at_once=options.now, actor=SYSTEM)
        return registry.answer(options, [asdict(done)], one=True)
    return registry.answer(options, keys.listed())
