"""Read an act, a page, a whole register: always for a purpose, always written in the journal."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.clock import now, today
from parvis.core.errors import AbsentError, DomainError
from parvis.core.text import clean
from parvis.directory import queries as directory
from parvis.ledger import commands as ledger
from parvis.preservation import entries, numbering, statement
from parvis.preservation.commands.deposits import seda_version
from parvis.preservation.commands.standing import unknown_register
from parvis.preservation.entries import Page
from parvis.preservation.enums import DepositState, Office, Purpose
from parvis.preservation.models import Deposit, Entry, Jurisdiction, Register
from parvis.preservation.package.making import Parcel, make
from parvis.preservation.queries import registers, trees
from parvis.preservation.queries.objects import content_of
from parvis.preservation.statement import Statement

MOST_DETAIL = 200
BASES = {
    Purpose.INSPECTION: "Code civil, article 53",
    Purpose.DEPOSIT: "Décret n° 2017-890, article 10",
    Purpose.REBUILDING: "Décret n° 2017-890, articles 14 et 15",
}
TOWN = (Purpose.COPY, Purpose.MENTION, Purpose.CHECK, Purpose.REBUILDING)
REGISTRY = (Purpose.DEPOSIT, Purpose.REBUILDING)
PROSECUTOR = (Purpose.INSPECTION,)
_HANDED_OVER = (DepositState.DEPOSITED, DepositState.VERIFIED, DepositState.ACCEPTED, DepositState.ANOMALY)


@dataclass(frozen=True, slots=True)
class _Right:
    """By which side of the register someone reads: for which purposes, by which rights."""

    purposes: tuple[Purpose, ...]
    grants: tuple[UUID, ...]


def _rights(register: Register, actor: Actor) -> list[_Right]:
    """The sides from which someone may read. Those of the court are read from its jurisdiction."""
    offices = dict(
        Jurisdiction.objects.filter(commune_id=register.commune_code).values_list("office", "organisation_id")
    )
    asked: list[tuple[Action, UUID, tuple[Purpose, ...]]] = [
        (action, register.organisation_id, TOWN) for action in (Action.REGISTER_READ, Action.REGISTER_KEEP)
    ]
    if Office.PROSECUTOR in offices:
        asked.append((Action.REGISTER_INSPECT, offices[Office.PROSECUTOR], PROSECUTOR))
    if Office.REGISTRY in offices and Deposit.objects.filter(register=register, state__in=_HANDED_OVER).exists():
        asked.append((Action.DEPOSIT_RECEIVE, offices[Office.REGISTRY], REGISTRY))
    found = []
    for action, organisation, purposes in asked:
        decision = access.may(actor, action, organisation=organisation, process=EVERY_PROCESS)
        if decision.allowed:
            found.append(_Right(purposes, decision.grants))
    return found


def purposes_for(*, register_id: UUID, actor: Actor) -> list[Purpose]:
    """Return for which purposes someone may read a register. Raise AbsentError when for none."""
    row = Register.objects.filter(id=register_id).first()
    found = [purpose for right in _rights(row, actor) for purpose in right.purposes] if row else []
    if not found:
        raise unknown_register()
    return list(dict.fromkeys(found))


def _journaled(register: Register, purpose: Purpose, detail: str, actor: Actor, *, action: str, what: str) -> None:
    """Write a reading in the journal, in the caller's transaction. Raise AbsentError, DomainError."""
    right = next((one for one in _rights(register, actor) if purpose in one.purposes), None)
    if right is None:
        raise unknown_register()
    said = clean(detail)[:MOST_DETAIL]
    if purpose == Purpose.INSPECTION and not said:
        raise DomainError("detail_missing", "Écrivez ce qui motive ce contrôle.", field="detail")
    ledger.record(
        actor=actor,
        action=action,
        subject=f"register:{register.id}",
        purpose=str(purpose),
        legal_basis=BASES.get(purpose, "Décret n° 2017-890, article 11"),
        grants=right.grants,
        details={"what": what, "why": said},
    )


def read_act(*, register_id: UUID, number: str, purpose: Purpose, detail: str = "", actor: Actor) -> list[Entry]:
    """Return the entries of an act, oldest first, and write the reading in the journal."""
    register = _register(register_id)
    found = numbering.parse(number)
    with transaction.atomic():
        _journaled(register, purpose, detail, actor, action="preservation.act_read", what=number)
        history = registers.history_of(register, *found) if found else []
        if not history:
            raise AbsentError("unknown_act", "Ce registre n’a pas d’acte de ce numéro.", field="number")
    return history


def deliver_page(
    *, register_id: UUID, number: str, sha256: bytes, purpose: Purpose, detail: str = "", actor: Actor
) -> tuple[Page, bytes]:
    """Return a page of an act, and write the reading in the journal."""
    register = _register(register_id)
    found = numbering.parse(number) or (0, "")
    history = registers.history_of(register, *found)
    pages = {page.sha256: page for one in history for page in entries.read(one.content).pages}
    if sha256 not in pages:
        raise AbsentError("unknown_page", "Cet acte n’a pas cette page.")
    with transaction.atomic():
        what = f"{number} {sha256.hex()[:16]}"
        _journaled(register, purpose, detail, actor, action="preservation.page_read", what=what)
    return pages[sha256], content_of(sha256)


def export_register(*, register_id: UUID, target: Path, archives: tuple[str, str] | None = None, actor: Actor) -> None:
    """Write a whole register as a package, for its town hall or for the archives (SIRET and name).

    The statement inside is that of today, unsigned: an export is a copy, not a deposit.
    """
    register = _register(register_id)
    with transaction.atomic():
        _journaled(register, Purpose.REBUILDING, "export", actor, action="preservation.exported", what="register")
    keeper = directory.organisations_by_id([register.organisation_id])[register.organisation_id]
    agency = archives or (keeper.siret, keeper.name)
    said = Statement(
        register=register.label,
        keeper=f"{keeper.name} ({keeper.siret})",
        registry=f"{agency[1]} ({agency[0]})",
        number=0,
        size=register.size,
        acts=len(trees.numbers(register.id, register.size)),
        root=trees.root(register.id, register.size),
        on=today(),
    )
    parcel = Parcel(
        identifier=f"export-{register.label.replace('/', '-')}",
        first=0,
        last=register.size,
        statement=statement.write(said).encode(),
        signature=b"",
        proofs=b"",
        keeper=(keeper.siret, keeper.name),
        registry=agency,
        version=seda_version(),
        at=now(),
    )
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        make(register, parcel, made)
        made.replace(target)


def _register(register_id: UUID) -> Register:
    row = Register.objects.filter(id=register_id).first()
    if row is None:
        raise unknown_register()
    return row
