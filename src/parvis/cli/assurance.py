"""`parvis assurance`: what each action asks of who does it, without a browser."""

import argparse

from parvis.cli import registry

_AXES = ("identity", "authentication", "organisation")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """List or set."""
    actions = parser.add_subparsers(dest="action", required=True)
    registry.with_json(actions.add_parser("list", help="ce que chaque action demande"))
    chosen = registry.with_json(actions.add_parser("set", help="changer ce qu’une action demande"))
    chosen.add_argument("name", help="l’action, par exemple members:manage ou request:submit")
    chosen.add_argument("--service", default="*", help="un téléservice ; tous par défaut")
    chosen.add_argument("--identity", type=int, choices=range(4), default=0, help="0 déclarée … 3 élevée")
    chosen.add_argument("--authentication", type=int, choices=range(4), default=0, help="2 : deux facteurs")
    chosen.add_argument("--organisation", type=int, choices=range(3), default=0, help="2 : lien certifié")
    chosen.add_argument(
        "--max-age", type=_seconds, default=0, help="secondes depuis la dernière preuve (0 : peu importe)"
    )


def _seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 0:
        raise argparse.ArgumentTypeError("un nombre de secondes, 0 ou plus")
    return seconds


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.identity import commands, queries  # noqa: PLC0415 - same
    from parvis.identity.assurance import Need  # noqa: PLC0415 - same

    if options.action == "set":
        need = Need(options.identity, options.authentication, options.organisation, options.max_age)
        commands.set_assurance(action=options.name, service=options.service, need=need, actor=SYSTEM)
    rows = [
        {"action": action, "service": service, "chosen": chosen}
        | {axis: getattr(need, axis) for axis in (*_AXES, "max_age")}
        for service, action, need, chosen in queries.policies()
    ]
    if options.action == "list":
        return registry.answer(options, rows)
    made = next(row for row in rows if (row["service"], row["action"]) == (options.service, options.name))
    return registry.answer(options, [made], one=True)
