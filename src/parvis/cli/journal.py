"""`parvis journal`: who witnesses the journal, and proofs of what it holds."""

import argparse
from dataclasses import asdict
from uuid import UUID

from parvis.cli import registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Witnesses: list, add, drop, clear."""
    actions = parser.add_subparsers(dest="action", required=True)
    registry.with_json(actions.add_parser("witnesses", help="les témoins, ce qu’ils ont vu, leurs alarmes"))
    add = registry.with_json(actions.add_parser("add-witness", help="faire cosigner par un témoin"))
    add.add_argument("url", help="son adresse (https://tribunal.example/temoin)")
    add.add_argument("keys", nargs="+", metavar="CLÉ", help="sa ou ses clés publiques (parvis witness keys)")
    for name, says in (
        ("drop-witness", "ne plus rien demander à un témoin"),
        ("clear-alarm", "dire qu’une alarme a été examinée"),
    ):
        action = registry.with_json(actions.add_parser(name, help=says))
        action.add_argument("id", type=UUID)


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    from parvis.ledger import commands, queries  # noqa: PLC0415 - Django must be ready

    if options.action == "witnesses":
        return registry.answer(options, [asdict(one) for one in queries.witnesses()])
    if options.action == "add-witness":
        made = commands.add_witness(url=options.url, keys=" ".join(options.keys))
        return registry.answer(options, [{"id": made}], one=True)
    if options.action == "drop-witness":
        commands.drop_witness(witness_id=options.id)
    else:
        commands.clear_alarm(witness_id=options.id)
    return registry.answer(options, [{"id": options.id}], one=True)
