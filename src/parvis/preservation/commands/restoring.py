"""Rebuild the base from one site alone: every byte checked, every root compared with what was signed.

Run on an empty instance, or again after it was stopped: a link already restored is not restored twice, and nothing that
is there is changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.directory import commands as directory
from parvis.directory import queries as organisations
from parvis.directory.enums import OrganisationKind
from parvis.ledger import commands as ledger
from parvis.ledger.queries import carried
from parvis.preservation.chain import Head
from parvis.preservation.commands import writing
from parvis.preservation.commands.writing import NewRow
from parvis.preservation.enums import LinkKind
from parvis.preservation.models import Deposit, DepositMove, Link, Register
from parvis.preservation.restoring import copying, judging, reading
from parvis.preservation.restoring.copying import Copying
from parvis.preservation.restoring.reading import ReadLink, Walk
from parvis.preservation.restoring.report import RegisterReport, RestoreReport
from parvis.preservation.store import sealing, sites
from parvis.preservation.store.folder import FolderSite
from parvis.preservation.store.site import DamagedError, MissingError

Tell = Callable[[int], None]


@dataclass(slots=True)
class _Restoring:
    """One register on its way back."""

    source: FolderSite
    target: FolderSite
    keys: Sequence[str]
    report: RegisterReport
    walk: Walk
    row: Register | None = None
    deposits: dict[str, dict[str, Any]] = field(default_factory=dict)


def restore(
    *, source: FolderSite, keys: Sequence[str] = (), only: str = "", tell: Tell = lambda _: None
) -> RestoreReport:
    """Rebuild every register of a site, or one by its label. ``keys`` are the journal's public keys."""
    whole = RestoreReport()
    done = 0
    for name in source.chains():
        report = RegisterReport(name)
        one = _Restoring(source, sites.primary(), keys or carried.public_keys(), report, Walk(report))
        for link in reading.links(source, name, report):
            if only and link.head.label != only:
                break
            _take(one, link)
            tell(done + report.entries)
        if only and report.register != only:
            continue
        _finish(one)
        done += report.entries
        whole.registers.append(report)
    return whole


def _take(one: _Restoring, link: ReadLink) -> None:
    """Restore one link, wholly or not at all."""
    one.row = one.row or _register(link.head)
    known = Link.objects.filter(register=one.row, number=link.number).first()
    if known is not None and bytes(known.address) != link.address:
        one.report.add("chain_differs", str(link.number))
        return
    try:
        rows = one.walk.rows(link, one.row.id) if link.head.carries == LinkKind.ENTRIES else []
        told = next(link.values, None) if link.head.carries == LinkKind.DEPOSIT else None
    except (ValueError, KeyError, TypeError):
        one.report.add("link_unreadable", str(link.number))
        return
    if told is not None:
        one.deposits[told["id"]] = told
    copying.copy(Copying(one.source, one.target, one.report), [*copying.named(rows, told), copying.own(link)])
    if known is None:
        _write(one, link, [row for row, _ in rows])


def _register(head: Head) -> Register:
    """The register of a chain, made again with its own id."""
    found = Register.objects.filter(id=UUID(head.id)).first()
    if found is not None:
        return found
    keeper = organisations.organisation_for(head.keeper.siret, head.keeper.branch) or directory.register_organisation(
        kind=OrganisationKind.COMMUNE,
        name=head.keeper.name,
        siret=head.keeper.siret,
        commune_code=head.keeper.commune,
        actor=SYSTEM,
    )
    with transaction.atomic():
        ledger.record(actor=SYSTEM, action="preservation.register_restored", subject=f"register:{head.id}")
        return Register.objects.create(
            id=UUID(head.id),
            organisation_id=keeper.id,
            commune_code=head.commune_code,
            kind=head.kind,
            year=head.year,
            volume=head.volume,
        )


def _write(one: _Restoring, link: ReadLink, rows: Sequence[NewRow]) -> None:
    head = link.head
    assert one.row is not None  # noqa: S101 - made by the caller
    with transaction.atomic():
        register = Register.objects.select_for_update().get(id=one.row.id)
        if rows:
            writing.insert(rows, at=now())
            register.size = register.linked = head.last
        register.closed_on = date.fromisoformat(head.closed_on) if head.closed_on else register.closed_on
        register.save(update_fields=("size", "linked", "closed_on"))
        Link.objects.create(
            register=register,
            number=link.number,
            kind=head.carries,
            first=head.first,
            last=head.last,
            address=link.address,
            replicated_at=now(),
        )
    one.target.mark(register.id.hex, link.number, link.address)


def _finish(one: _Restoring) -> None:
    """Compare with each signed root, then write the deposits."""
    leaves = bytes(one.walk.leaves)
    one.report.root = judging.root_over(leaves, one.walk.size).hex()
    for told in sorted(one.deposits.values(), key=lambda each: each["number"]):
        signature = _signature(one, told)
        judging.compare(told, leaves, signature, one.keys, one.report)
        if one.row is not None:
            _write_deposit(one.row, told)


def _signature(one: _Restoring, told: dict[str, Any]) -> bytes:
    place = told["objects"].get("signature")
    try:
        return sealing.unseal(one.target.read(bytes.fromhex(place[0]))) if place else b""
    except (MissingError, DamagedError):
        one.report.add("signature_missing", str(told["number"]))
        return b""


def _write_deposit(row: Register, told: dict[str, Any]) -> None:
    if Deposit.objects.filter(id=UUID(told["id"])).exists():
        return
    siret, branch, name = told["registry"]
    registry = organisations.organisation_for(siret, branch) or directory.register_organisation(
        kind=OrganisationKind.STATE, name=name, siret=siret, branch_code=branch, actor=SYSTEM
    )
    contents = {each: bytes.fromhex(place[1]) for each, place in told["objects"].items()}
    plain = ("number", "state", "size", "seda", "statement", "report", "proof", "prepared_at", "changed_at")
    with transaction.atomic():
        made = Deposit.objects.create(
            id=UUID(told["id"]),
            register=row,
            registry_id=registry.id,
            root=bytes.fromhex(told["root"]),
            follows_id=told["follows"],
            replaces_id=told["replaces"],
            linked_at=datetime.fromisoformat(told["changed_at"]),
            **{each: told[each] for each in plain},
            **contents,
        )
        DepositMove.objects.bulk_create(
            DepositMove(deposit=made, state=state, at=at, author=author, reason=reason)
            for state, at, author, reason in told["moves"]
        )
