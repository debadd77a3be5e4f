"""Put documents in the parapheur, correct them, take them out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError, Problems
from parvis.core.ids import new_id
from parvis.core.text import clean
from parvis.documents import queries as documents
from parvis.documents.queries import FileFacts
from parvis.ledger import commands as ledger
from parvis.signing.commands.standing import locked_item, require_sender, require_state
from parvis.signing.enums import Form, ItemState, StepKind, StepState
from parvis.signing.events import ItemEnded
from parvis.signing.models import Circuit, CircuitStep, Item, ItemStep
from parvis.signing.workflow import STATE_OF_STEP, Gesture

MOST_AT_ONCE = 10_000
_FORMS = {"application/pdf": Form.PADES, "text/xml": Form.XADES, "application/xml": Form.XADES}
# Columns and their types, for `unnest`.
_ITEM = {
    "id": "uuid",
    "organisation_id": "uuid",
    "circuit_id": "uuid",
    "title": "text",
    "source": "text",
    "reference": "text",
    "form": "text",
    "file_name": "text",
    "document": "uuid",
    "sha256": "bytea",
    "size": "bigint",
    "state": "text",
    "position": "smallint",
    "officer_id": "uuid",
    "desk_id": "uuid",
    "submitter_id": "uuid",
    "due_on": "date",
    "reason": "text",
    "created_at": "timestamptz",
    "changed_at": "timestamptz",
}
_STEP = {
    "id": "uuid",
    "item_id": "uuid",
    "position": "smallint",
    "kind": "text",
    "officer_id": "uuid",
    "state": "text",
    "organisation_id": "uuid",
}


def _insert_many(table: str, columns: Mapping[str, str], more: Mapping[str, str]) -> str:
    names, arrays = ", ".join([*columns, *more]), ", ".join(f"%s::{kind}[]" for kind in columns.values())
    constants = "".join(f", {value}" for value in more.values())
    return f"INSERT INTO {table} ({names}) SELECT *{constants} FROM unnest({arrays})"  # noqa: S608 - constants above


_INSERT_ITEMS = _insert_many("signing_item", _ITEM, {})
_INSERT_STEPS = _insert_many("signing_itemstep", _STEP, {"comment": "''"})


@dataclass(frozen=True, slots=True)
class Submission:
    """A document to sign. ``document`` is a file already kept; ``reference`` is the sender's own, once for ever.

    ``form`` empty is chosen by the file: PDF within itself, XML within itself, anything else beside.
    """

    title: str
    file_name: str
    document: UUID
    reference: str
    form: str = ""
    due_on: date | None = None


def submit(*, organisation: UUID, circuit: UUID, source: str, submission: Submission, actor: Actor) -> UUID:
    """Submit one document, in the caller's transaction when there is one. The same one twice is the same one.

    Raise ConflictError when the reference is known with another document.
    """
    with transaction.atomic():
        known = Item.objects.filter(organisation_id=organisation, source=source, reference=submission.reference).first()
        if known is not None:
            return _same(known, submission, actor)
        return submit_many(
            organisation=organisation, circuit=circuit, source=source, submissions=[submission], actor=actor
        )[0]


def _same(known: Item, submission: Submission, actor: Actor) -> UUID:
    require_sender(known, actor)
    facts = documents.facts(submission.document)
    if facts is None or facts.sha256 != bytes(known.sha256):
        raise ConflictError(
            "reference_taken", "Cette référence désigne déjà un autre document du parapheur.", field="reference"
        )
    return known.id


def submit_many(
    *, organisation: UUID, circuit: UUID, source: str, submissions: Sequence[Submission], actor: Actor
) -> list[UUID]:
    """Submit many documents in few statements and return their ids in order. All or none."""
    grants = access.require(actor, Action.ACT_PREPARE, organisation=organisation, process=EVERY_PROCESS).grants
    if not 0 < len(submissions) <= MOST_AT_ONCE:
        raise DomainError(
            "too_many_documents", "Envoyez de 1 à %(most)s documents à la fois.", params={"most": MOST_AT_ONCE}
        )
    steps = _steps(organisation, circuit)
    facts = documents.facts_of([one.document for one in submissions])
    _check(submissions, facts)
    shared = _shared(organisation, circuit, source, steps[0], actor)
    rows = [_row(one, facts[one.document], shared) for one in submissions]
    with transaction.atomic():
        _refuse_known(organisation, source, submissions)
        _insert(rows, steps)
        partners = sorted({step.organisation_id for step in steps if step.organisation_id})
        if partners:  # one list for all: arrays of arrays do not go through `unnest`
            Item.objects.filter(id__in=[row["id"] for row in rows]).update(partners=partners)
        ledger.record_many(
            ledger.NewEntry(
                actor=actor,
                action="signing.submitted",
                subject=f"item:{row['id']}",
                grants=grants,
                details={"sha256": row["sha256"].hex(), "circuit": str(circuit)},
            )
            for row in rows
        )
    return [row["id"] for row in rows]


def _steps(organisation: UUID, circuit: UUID) -> list[CircuitStep]:
    """The steps of a circuit in use. Raise AbsentError, ConflictError when a partner has not joined."""
    found = Circuit.objects.filter(id=circuit, organisation_id=organisation, archived_at=None).first()
    if found is None:
        raise AbsentError("unknown_circuit", "Ce circuit n’existe pas ou n’est plus en service.", field="circuit")
    steps = list(found.steps.all())
    if any(step.officer_id is None for step in steps):
        raise ConflictError(
            "circuit_waits_for_partner",
            "Un organisme partenaire n’a pas encore dit qui répond pour lui dans ce circuit.",
            field="circuit",
        )
    return steps


def _check(submissions: Iterable[Submission], facts: dict[UUID, FileFacts]) -> None:
    problems = Problems()
    for one in submissions:
        if not clean(one.title):
            problems.add("title_missing", "Donnez un titre à chaque document.", field="title")
        if not clean(one.reference) or len(one.reference) > 100:  # noqa: PLR2004 - the column's size
            problems.add("bad_reference", "Donnez à chaque document une référence de 100 caractères au plus.")
        if one.document not in facts:
            problems.add("unknown_file", "Un des fichiers n’est pas arrivé. Envoyez-le de nouveau.", field="document")
        if one.form and one.form not in set(Form):
            problems.add("unknown_form", "Ce format de signature n’est pas connu.", field="form")
        if len(problems.found) > 10:  # noqa: PLR2004 - enough to understand
            break
    problems.refuse_if_any()


def _refuse_known(organisation: UUID, source: str, submissions: Sequence[Submission]) -> None:
    references = [one.reference for one in submissions]
    if len(set(references)) != len(references):
        raise DomainError("same_reference", "Deux documents portent la même référence.", field="reference")
    known = Item.objects.filter(organisation_id=organisation, source=source, reference__in=references)
    if found := known.values_list("reference", flat=True).first():
        raise ConflictError(
            "reference_known", "Le document %(reference)s est déjà dans le parapheur.", params={"reference": found}
        )


def _row(one: Submission, facts: FileFacts, shared: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one document. ``shared`` are those that all the documents sent together have."""
    return dict(shared) | {
        "id": new_id(),
        "title": clean(one.title)[:200],
        "reference": one.reference,
        "form": str(one.form or _FORMS.get(facts.mime, Form.CADES)),
        "file_name": clean(one.file_name)[:200] or "document",
        "document": one.document,
        "sha256": facts.sha256,
        "size": facts.size,
        "due_on": one.due_on,
    }


def _shared(organisation: UUID, circuit: UUID, source: str, first: CircuitStep, actor: Actor) -> dict[str, Any]:
    moment = now()
    return {
        "organisation_id": organisation,
        "circuit_id": circuit,
        "source": source,
        "state": str(STATE_OF_STEP[StepKind(first.kind)]),
        "position": first.position,
        "officer_id": first.officer_id,
        "desk_id": first.organisation_id,
        "submitter_id": actor.id if actor.kind == "account" else None,
        "reason": "",
        "created_at": moment,
        "changed_at": moment,
    }


def _insert(rows: Sequence[Mapping[str, Any]], steps: Sequence[CircuitStep]) -> None:
    """Write all in two statements. Not COPY: PostgreSQL refuses it on tables with row-level security."""
    values = [[row[name] for row in rows] for name in _ITEM]
    asked = [
        (
            new_id(),
            row["id"],
            step.position,
            step.kind,
            step.officer_id,
            StepState.WAITING if place else StepState.CURRENT,
            step.organisation_id,
        )
        for row in rows
        for place, step in enumerate(steps)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_ITEMS, values)
        cursor.execute(
            _INSERT_STEPS,
            [[None if one is None else str(one) for one in column] for column in zip(*asked, strict=True)],
        )


def resubmit(*, item_id: UUID, document: UUID, actor: Actor) -> None:
    """Send a corrected document again, from the first step of its circuit."""
    with transaction.atomic():
        item = locked_item(item_id)
        grants = require_sender(item, actor)
        require_state(item, Gesture.RESUBMIT)
        facts = documents.facts(document)
        if facts is None:
            raise DomainError(
                "unknown_file", "Un des fichiers n’est pas arrivé. Envoyez-le de nouveau.", field="document"
            )
        item.document, item.sha256, item.size = document, facts.sha256, facts.size
        item.reason = ""
        ItemStep.objects.filter(item=item).update(state=StepState.WAITING, done_by=None, done_at=None, comment="")
        start(item, item.steps.all()[0])
        _record(item, "signing.resubmitted", actor, grants)


def start(item: Item, step: ItemStep) -> None:
    """Make a step the current one and give the document to its officer."""
    ItemStep.objects.filter(id=step.id).update(state=StepState.CURRENT, done_by=None, done_at=None)
    item.position, item.officer_id, item.desk_id = step.position, step.officer_id, step.organisation_id
    item.state, item.changed_at, item.reminded_at = STATE_OF_STEP[StepKind(step.kind)], now(), None
    item.save()


def withdraw(*, item_id: UUID, actor: Actor) -> None:
    """Take a document out before it is signed, even from a batch already confirmed. Twice changes nothing."""
    with transaction.atomic():
        item = locked_item(item_id)
        grants = require_sender(item, actor)
        if item.state == ItemState.WITHDRAWN:
            return
        require_state(item, Gesture.WITHDRAW)
        ItemStep.objects.filter(item=item, state=StepState.CURRENT).update(state=StepState.WAITING)
        end(item, ItemState.WITHDRAWN, "")
        _record(item, "signing.withdrawn", actor, grants)


def end(item: Item, state: ItemState, reason: str) -> None:
    """Close a document that will not be signed, and tell its sender."""
    item.state, item.officer_id, item.reason, item.changed_at = state, None, reason, now()
    item.save()
    outbox.publish(ItemEnded(item.id, item.source, item.reference, str(state), reason))


def _record(item: Item, action: str, actor: Actor, grants: tuple[UUID, ...]) -> None:
    ledger.record(
        actor=actor,
        action=action,
        subject=f"item:{item.id}",
        grants=grants,
        details={"sha256": bytes(item.sha256).hex()},
    )
