"""Many deposits in one transaction: each is judged alone, those accepted are written by one statement a table.

What a depositor sends by the thousand (the State's hub took 18,000 an hour) costs one call, one sign-in and one commit
for a hundred, and a number of statements that depends on the processes named, not on the folders.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.core.actor import Actor
from parvis.core.errors import ConflictError, DomainError, RefusedError
from parvis.exchange.commands.deposit_rows import DepositedFolder, Rows, entry_of, rows_of, write
from parvis.exchange.commands.deposits import Receiving, check, duplicate, receiving, require_right, told_at
from parvis.exchange.models import Folder
from parvis.exchange.rules import Deposit
from parvis.ledger import commands as ledger
from parvis.ledger.commands import NewEntry

MAX_DEPOSITS = 100
_ATTEMPTS = 3

Outcome = DepositedFolder | DomainError


def deposit_many(*, deposits: Sequence[tuple[Deposit, UUID]], actor: Actor) -> list[Outcome]:
    """Deposit up to a hundred folders, each with its depositor; return what became of each, in order.

    A folder that is refused is told by its DomainError and does not keep the others from being deposited. Sent again,
    those already there are refused as duplicates. Joins the caller's transaction when there is one.
    """
    if not 1 <= len(deposits) <= MAX_DEPOSITS:
        raise DomainError(
            "too_many_deposits", "Envoyez de 1 à %(most)s dossiers à la fois.", params={"most": MAX_DEPOSITS}
        )
    known = _known(deposits)
    checked = _checked(deposits, known, actor)
    for _ in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _deposited(deposits, checked, known, actor)
        except IntegrityError as error:
            # Someone deposited one of them at this very moment: read again, it is a duplicate now.
            if "folder_external_id_per_depositor" not in str(error):
                raise
    raise ConflictError("busy", "D’autres dépôts portent les mêmes identifiants en ce moment. Réessayez.")


def _known(deposits: Sequence[tuple[Deposit, UUID]]) -> dict[str, Receiving]:
    """Read once what the deposits of each process need."""
    recipients: dict[str, set[UUID]] = {}
    for deposit, _ in deposits:
        recipients.setdefault(deposit.process, set()).update(deposit.recipients)
    return {process: receiving(process, of) for process, of in recipients.items()}


def _checked(
    deposits: Sequence[tuple[Deposit, UUID]], known: Mapping[str, Receiving], actor: Actor
) -> list[tuple[UUID, ...] | DomainError]:
    """Judge each deposit alone: its grants, or its refusal."""
    rights: dict[Any, tuple[UUID, ...] | DomainError] = {}
    judged: list[tuple[UUID, ...] | DomainError] = []
    for deposit, depositor in deposits:
        asked = (depositor, deposit.process, deposit.applicant.account)
        if asked not in rights:
            rights[asked] = _right(deposit, depositor, actor)
        judged.append(rights[asked])
        if not isinstance(judged[-1], DomainError):
            try:
                check(deposit, known[deposit.process])
            except DomainError as refusal:
                judged[-1] = refusal
    return judged


def _right(deposit: Deposit, depositor: UUID, actor: Actor) -> tuple[UUID, ...] | DomainError:
    try:
        return require_right(deposit, depositor, actor)
    except DomainError as refusal:
        return refusal


def _deposited(
    deposits: Sequence[tuple[Deposit, UUID]],
    checked: Sequence[tuple[UUID, ...] | DomainError],
    known: Mapping[str, Receiving],
    actor: Actor,
) -> list[Outcome]:
    taken = numbers_taken(deposits)
    outcomes: list[Outcome] = []
    written: list[Rows] = []
    entries: list[NewEntry] = []
    for (deposit, depositor), verdict in zip(deposits, checked, strict=True):
        number = (depositor, deposit.external_id)
        if number in taken and not isinstance(verdict, DomainError):
            verdict = duplicate(deposit)  # noqa: PLW2901 - judged a second time
        if isinstance(verdict, DomainError):
            outcomes.append(verdict)
            entries.extend(_refused(verdict, deposit, actor))
        else:
            taken.add(number)  # a second of the same number in this call is a duplicate
            rows = rows_of(deposit, depositor, told_at(deposit), known[deposit.process].subscribed)
            written.append(rows)
            entries.append(entry_of(rows, deposit, actor, verdict))
            outcomes.append(rows.made())
    if written:
        write(written)
    ledger.record_many(entries)
    return outcomes


def _refused(refusal: DomainError, deposit: Deposit, actor: Actor) -> list[NewEntry]:
    """Write down what the journal keeps of a single deposit's refusal: want of rights, and numbers already used."""
    if not isinstance(refusal, RefusedError | ConflictError):
        return []
    details = {"code": refusal.code, "external_id": deposit.external_id, "process": deposit.process}
    return [
        NewEntry(
            actor=actor, action="folder.deposit_refused", subject="folders:bulk", outcome="refused", details=details
        )
    ]


def numbers_taken(deposits: Sequence[tuple[Deposit, UUID]]) -> set[tuple[UUID, str]]:
    """Return the (depositor, external id) pairs already used, among those of these deposits and a few more."""
    numbers = [deposit.external_id for deposit, _ in deposits]
    depositors = {depositor for _, depositor in deposits}
    rows = Folder.objects.filter(depositor_id__in=depositors, external_id__in=numbers)
    return set(rows.values_list("depositor_id", "external_id"))
