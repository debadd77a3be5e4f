"""Write what is new of each register into its chain of objects: what the replica holds when all else is lost."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q

from parvis.core.clock import now
from parvis.core.errors import AbsentError
from parvis.directory import queries as directory
from parvis.ledger import queries as journal
from parvis.ledger.queries import carried
from parvis.preservation import chain, entries, formats
from parvis.preservation.chain import Head, Keeper, Line
from parvis.preservation.commands import objects
from parvis.preservation.commands.standing import locked_register
from parvis.preservation.enums import LinkKind
from parvis.preservation.models import Deposit, Entry, Link, Register, StoredObject

ENTRIES_A_LINK = 5000
_PAGES = "SELECT sha256, address, sealed_size FROM preservation_storedobject WHERE sha256 = ANY(%s)"


def write_links() -> int:
    """Write the links that are due, each in a transaction of its own. Return how many."""
    done = 0
    for register in list(Register.objects.filter(size__gt=F("linked")).values_list("id", flat=True)):
        while _link_entries(register):
            done += 1
    for deposit in list(_to_tell().values_list("id", flat=True)):
        _gather_proof(deposit)
        done += _link_deposit(deposit)
    return done


def _to_tell() -> Any:
    signed = Q(proof={}) & Q(signature__isnull=False)
    return Deposit.objects.filter(Q(linked_at=None) | Q(linked_at__lt=F("changed_at")) | signed).order_by("id")


def _link_entries(register_id: UUID) -> bool:
    with transaction.atomic():
        row = locked_register(register_id)
        if row.linked == row.size:
            return False
        last = min(row.size, row.linked + ENTRIES_A_LINK)
        head = _head(row, LinkKind.ENTRIES, first=row.linked, last=last)
        _add(row, head, chain.write(head, _lines(row, last)))
        row.linked = last
        row.save(update_fields=("linked",))
    return True


def _lines(row: Register, last: int) -> Iterator[Line]:
    found = Entry.objects.filter(register=row, position__gte=row.linked, position__lt=last).order_by("position")
    rows = list(found.values_list("content", "salt", "created_at"))
    pages = [[page.sha256 for page in entries.read(text).pages] for text, _, _ in rows]
    places = _places([sha256 for each in pages for sha256 in each])
    for (text, salt, at), each in zip(rows, pages, strict=True):
        yield Line(text, bytes(salt), at.isoformat(), tuple(places[sha256] for sha256 in each))


def _places(wanted: list[bytes]) -> dict[bytes, tuple[bytes, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_PAGES, [wanted])
        return {bytes(sha256): (bytes(address), size) for sha256, address, size in cursor.fetchall()}


def _head(row: Register, kind: LinkKind, *, first: int = 0, last: int = 0) -> Head:
    keeper = directory.organisations_by_id([row.organisation_id])[row.organisation_id]
    before = Link.objects.filter(register=row).order_by("-number").first()
    return Head(
        id=str(row.id),
        commune_code=row.commune_code,
        kind=row.kind,
        year=row.year,
        volume=row.volume,
        closed_on=row.closed_on.isoformat() if row.closed_on else "",
        keeper=Keeper(keeper.siret, keeper.branch_code, keeper.name, keeper.commune_id or ""),
        number=before.number + 1 if before else 1,
        previous=bytes(before.address).hex() if before else "",
        carries=kind,
        first=first,
        last=last,
    )


def _add(row: Register, head: Head, data: bytes) -> None:
    sha256 = objects.keep_content(data=data, mime=formats.JSON)
    address = StoredObject.objects.values_list("address", flat=True).get(sha256=sha256)
    Link.objects.create(
        register=row, number=head.number, kind=head.carries, first=head.first, last=head.last, address=address
    )


def _gather_proof(deposit_id: UUID) -> None:
    """Keep the place of the signature's act in the journal, once it is sealed there."""
    row = Deposit.objects.filter(id=deposit_id, proof={}, signature__isnull=False).first()
    told = journal.entries_of(f"deposit:{deposit_id}").filter(action="preservation.deposit_signed").first()
    if row is None or told is None:
        return
    try:
        proof = carried.carry(told.id)
    except AbsentError:
        return
    Deposit.objects.filter(id=deposit_id).update(proof=proof, changed_at=now())


def _link_deposit(deposit_id: UUID) -> int:
    with transaction.atomic():
        # The register first, as whoever prepares a deposit does: the chain has one writer at a time.
        register = locked_register(Deposit.objects.values_list("register_id", flat=True).get(id=deposit_id))
        row = Deposit.objects.select_for_update(of=("self",)).select_related("registry").get(id=deposit_id)
        if row.linked_at is not None and row.linked_at >= row.changed_at:
            return 0
        _add(register, head := _head(register, LinkKind.DEPOSIT), chain.write_deposit(head, _told(row)))
        row.linked_at = now()
        row.save(update_fields=("linked_at",))
    return 1


def _told(row: Deposit) -> dict[str, Any]:
    """All that is known of a deposit, with the places of its objects."""
    contents = {name: bytes(getattr(row, name) or b"") for name in ("signature", "package", "evidence")}
    rows = StoredObject.objects.filter(sha256__in=[one for one in contents.values() if one])
    places = {bytes(one.sha256): one for one in rows}
    return {
        "id": row.id,
        "number": row.number,
        "registry": [row.registry.siret, row.registry.branch_code, row.registry.name],
        "state": row.state,
        "size": row.size,
        "root": bytes(row.root).hex(),
        "follows": row.follows_id,
        "replaces": row.replaces_id,
        "seda": row.seda,
        "statement": row.statement,
        "report": row.report,
        "proof": row.proof,
        "prepared_at": row.prepared_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
        "moves": [[one.state, one.at.isoformat(), one.author, one.reason] for one in row.moves.all()],
        "objects": {name: _place(places[sha256]) for name, sha256 in contents.items() if sha256 in places},
    }


def _place(one: StoredObject) -> list[Any]:
    return [bytes(one.address).hex(), bytes(one.sha256).hex(), one.size, one.sealed_size, one.mime]
