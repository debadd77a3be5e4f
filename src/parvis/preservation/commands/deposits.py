"""The town hall's side of a deposit: prepare, have it signed, hand it over, give it up."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from parvis.core import env, outbox
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now, today
from parvis.core.errors import ConflictError, DomainError, Problems
from parvis.core.text import clean
from parvis.directory import queries as directory
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.ledger import commands as ledger
from parvis.preservation import formats, numbering, statement
from parvis.preservation.commands import objects
from parvis.preservation.commands.moving import locked_deposit, move, require_state
from parvis.preservation.commands.standing import locked_register, require_keeper
from parvis.preservation.enums import OPEN_DEPOSITS, DepositState, Office, SedaVersion
from parvis.preservation.models import Deposit, DepositMove, Jurisdiction, Register
from parvis.preservation.package.making import Parcel, make
from parvis.preservation.queries import trees
from parvis.preservation.queries.objects import content_of
from parvis.preservation.statement import Statement
from parvis.preservation.workflow import Gesture
from parvis.signing import commands as signing
from parvis.signing.commands import Submission

SOURCE = "preservation"
MOST_NAMED = 20
_WHY_LONGEST = 200


def seda_version() -> SedaVersion:
    """Return the version of the standard that the archives of this installation ask for."""
    return SedaVersion(env.text("PARVIS_SEDA", SedaVersion.V23))


@dataclass(frozen=True, slots=True)
class _Past:
    """The deposits of a register until now."""

    accepted: Deposit | None
    wrong: Deposit | None
    count: int


def prepare_deposit(
    *, register_id: UUID, circuit: UUID, explained: Mapping[int, str] | None = None, actor: Actor
) -> UUID:
    """State what is deposited, and send the statement to a signing circuit. Return the deposit.

    ``explained`` gives, for each number missing from the series, what the closing minutes say of it. Raise DomainError
    that names each number missing or doubled; ConflictError when the register is being deposited, or wholly was.
    """
    told = {number: " ".join(clean(why).split())[:_WHY_LONGEST] for number, why in (explained or {}).items()}
    with transaction.atomic():
        register = locked_register(register_id)
        grants = require_keeper(register, actor)
        past = _past(register)
        registry = _registry(register)
        numbers = trees.numbers(register.id, register.size)
        present = {number for number, _ in numbers}
        said = {number: why for number, why in told.items() if why and number not in present}
        _check_numbers(numbers, said)
        stated = _statement(register, registry, past, len(numbers), said)
        row = Deposit.objects.create(
            register=register,
            number=past.count + 1,
            registry_id=registry,
            size=register.size,
            root=stated.root,
            follows=past.accepted,
            replaces=past.wrong,
            seda=seda_version(),
            statement=statement.write(stated),
            prepared_by_id=actor.id if actor.kind == "account" else None,
        )
        row.item = _submit(row, circuit, actor)
        row.save(update_fields=("item",))
        DepositMove.objects.create(deposit=row, state=DepositState.PREPARED, author=actor.label)
        ledger.record(
            actor=actor,
            action="preservation.deposit_prepared",
            subject=f"deposit:{row.id}",
            legal_basis="Décret n° 2017-890, article 10",
            grants=grants,
            details={"register": register.label, "size": row.size, "root": stated.root.hex()},
        )
    return row.id


def _past(register: Register) -> _Past:
    """What was deposited. Raise ConflictError when nothing can be now."""
    if register.closed_on is None:
        raise ConflictError("register_open", "Un registre se verse une fois clos. Notez d’abord sa date de clôture.")
    if register.size == 0:
        raise ConflictError("register_empty", "Ce registre n’a aucun acte : il n’y a rien à verser.")
    rows = list(Deposit.objects.filter(register=register).order_by("number"))
    if any(row.state in OPEN_DEPOSITS for row in rows):
        raise ConflictError(
            "deposit_under_way", "Un versement de ce registre est déjà en cours. Attendez la réponse du greffe."
        )
    accepted = next((row for row in reversed(rows) if row.state == DepositState.ACCEPTED), None)
    if accepted is not None and accepted.size == register.size:
        raise ConflictError(
            "already_deposited",
            "Ce registre est déjà versé et accepté en entier. Un complément se verse après une nouvelle mention.",
        )
    wrong = rows[-1] if rows and rows[-1].state == DepositState.ANOMALY else None
    return _Past(accepted, wrong, len(rows))


def _registry(register: Register) -> UUID:
    office = Jurisdiction.objects.filter(office=Office.REGISTRY, commune_id=register.commune_code).first()
    if office is None:
        raise DomainError(
            "no_registry",
            "Aucun greffe n’est désigné pour cette commune. Demandez à l’exploitant de la rattacher à son tribunal.",
        )
    return office.organisation_id


def _check_numbers(numbers: list[tuple[int, str]], explained: Mapping[int, str]) -> None:
    problems = Problems()
    for gap in numbering.gaps(numbers, explained=explained)[:MOST_NAMED]:
        values = {"first": gap.first, "last": gap.last, "suffix": gap.suffix}
        if gap.wrong == "missing" and gap.first == gap.last:
            problems.add(
                "number_missing",
                "Il manque l’acte n° %(first)s. Importez-le, ou dites ce qu’en dit le procès-verbal de clôture.",
                field="explained",
                params=values,
            )
        elif gap.wrong == "missing":
            problems.add(
                "numbers_missing",
                "Il manque les actes n° %(first)s à %(last)s. Importez-les, ou dites ce qu’en dit le procès-verbal.",
                field="explained",
                params=values,
            )
        elif gap.wrong == "suffix_alone":
            problems.add(
                "suffix_alone",
                "Il y a un acte n° %(first)s %(suffix)s, et pas d’acte n° %(first)s.",
                params=values,
            )
        else:
            problems.add("suffix_skipped", "Il manque l’acte n° %(first)s %(suffix)s, avant le suivant.", params=values)
    problems.refuse_if_any()


def _statement(
    register: Register,
    registry: UUID,
    past: _Past,
    acts: int,
    explained: Mapping[int, str],
) -> Statement:
    names = directory.organisations_by_id([register.organisation_id, registry])
    keeper, court = names[register.organisation_id], names[registry]
    return Statement(
        register=register.label,
        keeper=f"{keeper.name} ({keeper.siret})",
        registry=f"{court.name} ({court.siret})",
        number=past.count + 1,
        size=register.size,
        acts=acts,
        root=trees.root(register.id, register.size),
        on=today(),
        before_size=past.accepted.size if past.accepted else 0,
        before=bytes(past.accepted.root) if past.accepted else b"",
        explained=explained,
    )


def _submit(row: Deposit, circuit: UUID, actor: Actor) -> UUID:
    """Send the statement to the parapheur, in the same transaction."""
    return signing.submit(
        organisation=row.register.organisation_id,
        circuit=circuit,
        source=SOURCE,
        submission=Submission(
            title=f"Versement au greffe : {row.register.label}",
            file_name="bordereau.txt",
            document=documents.keep_bytes(row.statement.encode()),
            reference=str(row.id),
            form="cades",
        ),
        actor=actor,
    )


def statement_signed(*, item: UUID, result: UUID) -> None:
    """Note that a statement is signed: called when the parapheur says so. Twice changes nothing."""
    signature = b"".join(stored.content(result))
    with transaction.atomic():
        row = Deposit.objects.select_for_update(of=("self",)).filter(item=item).first()
        if row is None or row.state != DepositState.PREPARED:
            return
        row.signature = objects.keep_content(data=signature, mime=formats.CMS)
        details = {"root": bytes(row.root).hex(), "size": row.size, "signature": bytes(row.signature).hex()}
        move(row, Gesture.SIGN, SYSTEM, details=details)


def statement_ended(*, item: UUID, reason: str) -> None:
    """Note that a statement will not be signed. Twice changes nothing."""
    with transaction.atomic():
        row = Deposit.objects.select_for_update(of=("self",)).filter(item=item).first()
        if row is not None and row.state == DepositState.PREPARED:
            move(row, Gesture.WITHDRAW, SYSTEM, reason=reason)


def withdraw_deposit(*, deposit_id: UUID, actor: Actor) -> None:
    """Give up a deposit that has not been handed over; its statement leaves the parapheur."""
    with transaction.atomic():
        row = locked_deposit(deposit_id)
        grants = require_keeper(row.register, actor)
        require_state(row, Gesture.WITHDRAW)
        if row.state == DepositState.PREPARED and row.item:
            signing.withdraw(item_id=row.item, actor=actor)
        move(row, Gesture.WITHDRAW, actor, grants=grants)


def hand_over(*, deposit_id: UUID, actor: Actor) -> None:
    """Send a signed deposit to the registry: the proofs are gathered now, a job makes the package."""
    with transaction.atomic():
        row = locked_deposit(deposit_id)
        grants = require_keeper(row.register, actor)
        require_state(row, Gesture.HAND_OVER)
        if row.evidence is not None:
            raise ConflictError("being_handed_over", "Ce versement est déjà en route vers le greffe.")
        assert row.item is not None  # noqa: S101 - a signed deposit has been submitted
        proofs = signing.evidence_container(item_id=row.item, actor=actor)
        row.evidence = objects.keep_content(data=proofs, mime=formats.ZIP)
        row.save(update_fields=("evidence",))
        ledger.record(actor=actor, action="preservation.deposit_sent", subject=f"deposit:{row.id}", grants=grants)
        outbox.send("preservation.make_package", lock=f"deposit:{row.id}", deposit=row.id, author=actor.label)


def make_package(*, deposit_id: UUID, author: str) -> None:
    """Make the package of a deposit on its way and hand it over. Killed, it is made again from nothing."""
    row = Deposit.objects.select_related("register", "follows", "registry").filter(id=deposit_id).first()
    if row is None or row.state != DepositState.SIGNED or row.evidence is None:
        return
    place = Path(settings.PRESERVATION_ROOT) / "incoming"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        path = Path(folder) / "versement.zip"
        make(row.register, _parcel(row), path)
        sha256 = objects.keep_file(path=path, mime=formats.ZIP)
    with transaction.atomic():
        locked = locked_deposit(deposit_id)
        if locked.state == DepositState.SIGNED:
            locked.package = sha256
            details = {"package": sha256.hex(), "root": bytes(locked.root).hex()}
            move(locked, Gesture.HAND_OVER, Actor("system", label=author), details=details)


def _parcel(row: Deposit) -> Parcel:
    keeper = directory.organisations_by_id([row.register.organisation_id])[row.register.organisation_id]
    assert row.signature is not None  # noqa: S101 - checked by the caller
    assert row.evidence is not None  # noqa: S101 - same
    return Parcel(
        identifier=f"versement-{row.register.label.replace('/', '-')}-{row.number}",
        first=row.follows.size if row.follows else 0,
        last=row.size,
        statement=row.statement.encode(),
        signature=content_of(bytes(row.signature)),
        proofs=content_of(bytes(row.evidence)),
        keeper=(keeper.siret, keeper.name),
        registry=(row.registry.siret, row.registry.name),
        version=SedaVersion(row.seda),
        at=now(),
    )
