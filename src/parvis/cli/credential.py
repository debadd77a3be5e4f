"""`parvis credential`: keys of programs, without a browser. A secret is shown once."""

import argparse
from typing import Any
from uuid import UUID

from parvis.cli import registry

ROLES = ("ADMIN", "OSL", "SI")  # the keys of `exchange.commands.keys.ROLES`, which needs Django; a test compares them


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add, rotate, revoke, lift."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = registry.with_json(actions.add_parser("add", help="créer une clé pour une organisation"))
    add.add_argument("--name", required=True, help="à quoi elle sert")
    add.add_argument("--role", choices=ROLES, default="SI")
    add.add_argument("--siret", required=True)
    add.add_argument("--branch", default="")
    add.add_argument("--process", action="append", default=[], help="démarche (toutes par défaut ; répétable)")
    rotate = registry.with_json(actions.add_parser("rotate", help="nouveau secret ; l’ancien vaut encore 7 jours"))
    revoke = registry.with_json(actions.add_parser("revoke", help="révoquer une clé, aussitôt"))
    for one in (rotate, revoke):
        one.add_argument("client_id")
    lift = registry.with_json(actions.add_parser("lift", help="rétablir un appelant suspendu, après vérification"))
    lift.add_argument("principal", help="client:… ou account:…, comme dans l’alerte")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    return {"add": _add, "rotate": _rotate, "revoke": _revoke, "lift": _lift}[options.action](options)


def _add(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.exchange import commands  # noqa: PLC0415 - same

    made = commands.add_key(
        name=options.name,
        role=options.role,
        organisation=registry.organisation(options.siret, options.branch).id,
        processes=options.process or ["*"],
        actor=SYSTEM,
    )
    return registry.answer(options, [_shown(made)], one=True)


def _shown(made: Any) -> dict[str, Any]:
    return {"client_id": made.client_id, "secret": made.secret}


def _rotate(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.exchange import commands  # noqa: PLC0415 - same

    made = commands.rotate_key(client=UUID(options.client_id), actor=SYSTEM)
    return registry.answer(options, [_shown(made)], one=True)


def _revoke(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.exchange import commands  # noqa: PLC0415 - same

    commands.revoke_key(client=UUID(options.client_id), actor=SYSTEM)
    return registry.answer(options, [{"client_id": options.client_id, "state": "révoquée"}], one=True)


def _lift(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.exchange import commands  # noqa: PLC0415 - same

    commands.lift_cut(principal=options.principal, actor=SYSTEM)
    return registry.answer(options, [{"principal": options.principal, "state": "rétabli"}], one=True)
