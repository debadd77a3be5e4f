"""`parvis org`: organisations, without a browser."""

import argparse

from parvis.cli import registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add or list."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = registry.with_json(actions.add_parser("add", help="enregistrer une organisation"))
    add.add_argument("--kind", default="commune", help="commune (défaut), epci, departement, etat, operator…")
    add.add_argument("--name", required=True)
    add.add_argument("--siret", required=True)
    add.add_argument("--commune", default="", help="code INSEE")
    add.add_argument("--branch", default="", help="code de branche, pour qui n’est pas une commune")
    add.add_argument("--email", default="")
    listed = registry.with_json(actions.add_parser("list", help="lister les organisations"))
    listed.add_argument("--siret", default="")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    return _add(options) if options.action == "add" else _list(options)


def _add(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.core.errors import DomainError  # noqa: PLC0415 - same
    from parvis.directory import commands  # noqa: PLC0415 - same
    from parvis.directory.enums import OrganisationKind  # noqa: PLC0415 - same

    if options.kind not in OrganisationKind.values:
        known = ", ".join(OrganisationKind.values)
        raise DomainError("unknown_kind", "--kind : une valeur parmi %(known)s.", params={"known": known})
    row = commands.register_organisation(
        kind=OrganisationKind(options.kind),
        name=options.name,
        siret=options.siret,
        branch_code=options.branch,
        commune_code=options.commune,
        email=options.email,
        actor=SYSTEM,
    )
    return registry.answer(options, [_shown(row)], one=True)


def _list(options: argparse.Namespace) -> int:
    from parvis.directory import queries  # noqa: PLC0415 - Django must be ready

    return registry.answer(options, [_shown(row) for row in queries.organisations(siret=options.siret)])


def _shown(row: object) -> dict[str, object]:
    names = ("id", "kind", "name", "siret", "branch_code", "state", "email")
    return {name: getattr(row, name) for name in names}
