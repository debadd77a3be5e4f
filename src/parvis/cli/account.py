"""`parvis account`: close an account, open it again, end its sessions, without a browser."""

import argparse
from typing import Any
from uuid import UUID

from parvis.cli import registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Block, unblock, sign out."""
    actions = parser.add_subparsers(dest="action", required=True)
    block = registry.with_json(
        actions.add_parser("block", help="fermer un compte : sessions et jetons meurent aussitôt")
    )
    block.add_argument("--why", required=True, help="la raison, gardée au journal")
    unblock = registry.with_json(actions.add_parser("unblock", help="rouvrir un compte"))
    leave = registry.with_json(actions.add_parser("sign-out", help="mettre fin aux sessions d’un compte, ou de tous"))
    leave.add_argument("--all", action="store_true", help="de tous les comptes")
    for one in (block, unblock, leave):
        one.add_argument("account", nargs="?" if one is leave else None, help="adresse électronique ou identifiant")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.identity import commands  # noqa: PLC0415 - same

    if options.action == "sign-out":
        return _sign_out(options)
    account = _account(options.account)
    if options.action == "block":
        commands.block_account(account=account, why=options.why, actor=SYSTEM)
    else:
        commands.unblock_account(account=account, actor=SYSTEM)
    state = "fermé" if options.action == "block" else "ouvert"
    return registry.answer(options, [{"account": account, "state": state}], one=True)


def _sign_out(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.core.env import BadSettingError  # noqa: PLC0415 - same
    from parvis.identity import commands  # noqa: PLC0415 - same

    if bool(options.account) == options.all:
        raise BadSettingError("donnez un compte, ou --all")
    account = _account(options.account) if options.account else None
    commands.sign_out_account(account=account, actor=SYSTEM)
    return registry.answer(options, [{"account": account or "tous", "state": "déconnecté"}], one=True)


def _account(text: str) -> Any:
    from parvis.core.errors import AbsentError  # noqa: PLC0415 - Django must be ready
    from parvis.identity import queries  # noqa: PLC0415 - same

    try:
        return UUID(text)
    except ValueError:
        found = queries.account_by_email(text)
    if found is None:
        raise AbsentError("unknown_account", "Aucun compte ne porte cet identifiant.")
    return found.id
