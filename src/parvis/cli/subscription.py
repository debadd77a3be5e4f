"""`parvis subscription`: who receives what, without a browser."""

import argparse
from typing import Any

from parvis.cli import registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add or list."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = registry.with_json(
        actions.add_parser("add", help="abonner une organisation à une démarche, activée aussitôt")
    )
    add.add_argument("--siret", required=True)
    add.add_argument("--branch", default="", help="code INSEE de la commune")
    add.add_argument("--process", required=True)
    add.add_argument("--mode", choices=("PORTAIL", "API"), default="PORTAIL")
    add.add_argument("--email", action="append", default=[], help="adresse à prévenir (plusieurs fois possible)")
    registry.with_json(actions.add_parser("list", help="lister les abonnements"))
    registry.with_json(actions.add_parser("problems", help="les abonnements dont les dossiers n’arrivent à personne"))


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    from parvis.exchange import commands, queries  # noqa: PLC0415 - Django must be ready

    if options.action == "list":
        return registry.answer(options, queries.subscriptions())
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready

    if options.action == "problems":
        return registry.answer(options, [_problem(one) for one in queries.problems(SYSTEM)])
    from parvis.exchange.enums import AccessMode  # noqa: PLC0415 - same

    made = commands.subscribe(
        subscriber=registry.organisation(options.siret, options.branch).id,
        process=options.process,
        access_mode=AccessMode(options.mode),
        emails=options.email,
        actor=SYSTEM,
    )
    row = next(row for row in queries.subscriptions() if row["id"] == made)
    return registry.answer(options, [row], one=True)


def _problem(one: Any) -> dict[str, Any]:
    row = one.subscription
    return {
        "kind": one.kind,
        "subscription": row.id,
        "organisation": row.subscriber.name,
        "siret": row.subscriber.siret,
        "branch": row.subscriber.branch_code,
        "process": row.process_id,
        "waiting": one.count,
    }
