"""`parvis access`: rights, without a browser. Whoever stands at the machine is the platform itself."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from parvis.cli import registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a gesture."""
    actions = parser.add_subparsers(dest="action", required=True)
    grant = _of(actions, "grant", "donner des droits à une personne")
    grant.add_argument("--email", required=True)
    grant.add_argument("--right", action="append", required=True, help="case:read, members:manage… (plusieurs fois)")
    grant.add_argument("--process", default="*", help="une démarche ; toutes par défaut")
    grant.add_argument("--unit", default="", help="un service, par son code ou son nom ; tout l’organisme par défaut")
    grant.add_argument("--until", type=_day, help="JJ/MM/AAAA ; un an par défaut et au plus")
    grant.add_argument("--depth", type=int, default=0, help="combien de fois ces droits peuvent être retransmis")
    _of(actions, "list", "les droits en cours d’un organisme").add_argument("--pending", action="store_true")
    for name, help_ in (
        ("approve", "approuver un droit en attente"),
        ("revoke", "retirer un droit et ceux qui en découlent"),
    ):
        registry.with_json(actions.add_parser(name, help=help_)).add_argument("grant", type=UUID)
    why = _of(actions, "why", "pourquoi une personne peut, ou ne peut pas")
    why.add_argument("--email", required=True)
    for one in (why, _of(actions, "who", "qui peut")):
        one.add_argument("--right", default="case:read")
        one.add_argument("--process", required=True)
    review = _of(actions, "review", "ce qu’il faut confirmer chaque trimestre")
    review.add_argument("--suspend", action="store_true", help="suspendre qui n’est pas venu depuis 90 jours")
    brought = _of(actions, "import", "ajouter des personnes et leurs droits depuis un fichier CSV")
    brought.add_argument("file", type=Path)
    brought.add_argument("--dry-run", action="store_true", help="dire ce qui serait fait, sans le faire")


def _of(actions: Any, name: str, help_: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = registry.with_json(actions.add_parser(name, help=help_))
    parser.add_argument("--siret", required=True)
    parser.add_argument("--branch", default="")
    return parser


def _day(text: str) -> datetime:
    from parvis.core.clock import PARIS  # noqa: PLC0415 - Django is slow to import

    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=PARIS)


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    named = hasattr(options, "siret")
    organisation: Any = registry.organisation(options.siret, options.branch).id if named else None
    if options.action == "import":
        return _import(options, organisation)
    gestures = {"grant": _grant, "list": _list, "why": _why, "who": _who, "review": _review}
    rows = gestures[options.action](options, organisation) if named else _on_grant(options)
    return registry.answer(options, rows, one=options.action in ("grant", "approve", "revoke", "why"))


def _person(email: str) -> Any:
    from parvis.core.actor import Actor  # noqa: PLC0415 - Django must be ready
    from parvis.core.errors import AbsentError  # noqa: PLC0415 - same
    from parvis.identity import queries  # noqa: PLC0415 - same

    account = queries.account_by_email(email)
    if account is None:
        raise AbsentError("account_unknown", "Personne n’a de compte à cette adresse.")
    return Actor("account", account.id, label=str(account))


def _right(word: str) -> Any:
    from parvis.access.enums import Action  # noqa: PLC0415 - Django must be ready
    from parvis.core.errors import DomainError  # noqa: PLC0415 - same

    if word not in Action.values:
        raise DomainError(
            "unknown_right",
            "Le droit « %(word)s » n’existe pas. Choisissez parmi : %(words)s.",
            params={"word": word, "words": ", ".join(Action.values)},
        )
    return Action(word)


def _grant(options: argparse.Namespace, organisation: UUID) -> list[dict[str, Any]]:
    from parvis.access import commands  # noqa: PLC0415 - Django must be ready
    from parvis.access.commands import Holder, Wanted  # noqa: PLC0415 - same
    from parvis.access.enums import PrincipalKind  # noqa: PLC0415 - same
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - same

    rights = frozenset(_right(word) for word in options.right)
    unit = _unit(organisation, options.unit)
    wanted = Wanted(organisation, rights, options.process, unit=unit, depth=options.depth, valid_to=options.until)
    to = Holder(PrincipalKind.ACCOUNT, _person(options.email).id)
    return [{"id": commands.give(to=to, wanted=wanted, actor=SYSTEM), "rights": sorted(rights)}]


def _unit(organisation: UUID, words: str) -> UUID | None:
    from parvis.core.errors import AbsentError  # noqa: PLC0415 - Django must be ready
    from parvis.directory import queries  # noqa: PLC0415 - same

    if not words:
        return None
    unit = queries.unit_called(organisation, words)
    if unit is None:
        raise AbsentError("unit_unknown", "Aucun service, ou plusieurs, ne portent ce code ou ce nom.")
    return unit


def _on_grant(options: argparse.Namespace) -> list[dict[str, Any]]:
    from parvis.access import commands  # noqa: PLC0415 - Django must be ready
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - same

    gesture = commands.approve if options.action == "approve" else commands.revoke
    gesture(grant_id=options.grant, actor=SYSTEM)
    return [{"id": options.grant, "done": options.action}]


def _list(options: argparse.Namespace, organisation: UUID) -> list[dict[str, Any]]:
    from parvis.access import queries  # noqa: PLC0415 - Django must be ready

    rows = queries.pending_grants(organisation) if options.pending else queries.live_grants(organisation)
    return [_shown(row) for row in rows]


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "holder": f"{row.principal_kind}:{row.principal_id}",
        "process": row.process_code,
        "rights": row.actions,
        "unit": row.unit.name if row.unit else "",
        "until": row.effective_to or row.valid_to,
        "given_by": row.granted_by,
    }


def _why(options: argparse.Namespace, organisation: UUID) -> list[dict[str, Any]]:
    from parvis.access import queries  # noqa: PLC0415 - Django must be ready

    thing = queries.Thing(organisation, options.process)
    said = queries.why(_person(options.email), _right(options.right), thing)
    return [
        {
            "allowed": said.decision.allowed,
            "reasons": said.decision.reasons,
            "ways": [[row.id for row in way] for way in said.ways],
            "misses": [{"grant": miss.grant.id, "because": miss.because} for miss in said.misses],
        }
    ]


def _who(options: argparse.Namespace, organisation: UUID) -> list[dict[str, Any]]:
    from parvis.access import queries  # noqa: PLC0415 - Django must be ready

    seers = queries.who(_right(options.right), queries.Thing(organisation, options.process))
    return [{"who": f"{one.kind}:{one.id}", "by_mandate": one.for_mandant, "grants": one.grants} for one in seers]


def _review(options: argparse.Namespace, organisation: UUID) -> list[dict[str, Any]]:
    from parvis.access import commands, queries  # noqa: PLC0415 - Django must be ready
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - same

    dormant = [{"due": "dormant", "membership": one.id} for one in queries.dormant(organisation)]
    if options.suspend:
        suspended = commands.suspend_dormant(organisation=organisation, actor=SYSTEM)
        dormant = [{"due": "suspended", "membership": one} for one in suspended]
    confirm = [{"due": "confirm"} | _shown(row) for row in queries.to_confirm(organisation)]
    ending = [{"due": "ending"} | _shown(row) for row in queries.ending_soon(organisation)]
    return [*confirm, *ending, *dormant]


def _import(options: argparse.Namespace, organisation: Any) -> int:
    from parvis.access import commands, sheet  # noqa: PLC0415 - Django must be ready
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - same

    text = sheet.decode(options.file.read_bytes())
    report = commands.import_sheet(organisation=organisation, text=text, dry_run=options.dry_run, actor=SYSTEM)
    for number, error in report.problems:
        sys.stderr.write(f"ligne {number} : {error.message}\n")
    row = {"done": report.done, "people": report.people, "rights": report.rights, "problems": len(report.problems)}
    registry.answer(options, [row], one=True)
    return int(bool(report.problems))
