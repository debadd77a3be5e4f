"""A request while it is being filled: every step is saved as soon as it is right."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from parvis.catalogue import queries as catalogue
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.text import safe_file_name
from parvis.documents import commands as documents
from parvis.ledger import commands as ledger
from parvis.teleservices import registry
from parvis.teleservices.enums import RequestState
from parvis.teleservices.models import Request, RequestFile

FORMATS = ("application/pdf", "image/jpeg", "image/png")


def start_request(*, service: str, actor: Actor) -> UUID:
    """Open a draft. A citizen who already has one for this service goes on with it: nobody fills a form twice."""
    online = catalogue.service(service)
    journey = registry.journey(service)
    if online is None or journey is None:
        raise AbsentError("unknown_service", "Ce service n’existe pas ou n’est plus ouvert.")
    if actor.kind != "account" or actor.id is None:
        raise DomainError("sign_in_first", "Connectez-vous pour commencer cette démarche.")
    with transaction.atomic(durable=True):
        draft = Request.objects.filter(account_id=actor.id, service=online, state=RequestState.DRAFT).first()
        if draft is None:
            draft = Request(number=_number(journey.code), service=online, account_id=actor.id)
            draft.save(force_insert=True)
            ledger.record(actor=actor, action="request.started", subject=f"request:{draft.id}", about=actor.id)
    return draft.id


def _number(code: str) -> str:
    # Form of HubEE's numbers: operator, démarche, 13 digits. Random: a number must not tell how many came before.
    return f"PARV-{code}-{secrets.randbelow(10**13):013d}"


def save_step(*, request_id: UUID, step: str, answers: Mapping[str, Any], actor: Actor) -> None:
    """Keep the answers of one step, already checked by its form."""
    with transaction.atomic(durable=True):
        row = draft_of(request_id, actor)
        row.answers = {**row.answers, step: dict(answers)}
        row.updated_at = now()
        row.save(update_fields=("answers", "updated_at"))


def attach_file(
    *, request_id: UUID, kind: str, name: str, chunks: Iterable[bytes], size: int | None, actor: Actor
) -> None:
    """Attach a document to a draft, in the place of an earlier one of the same kind.

    Raise FileRefusedError (and journal it) when the file is empty, cut, too large or not what its name says.
    """
    draft = draft_of(request_id, actor, lock=False)
    journey = registry.journey(draft.service_id)
    if journey is None or kind not in {piece.kind for piece in journey.pieces}:
        raise DomainError("unknown_piece", "Ce document n’est pas demandé pour cette démarche.")
    limit = draft.service.process.max_attachment_bytes
    try:
        received = documents.receive(chunks, documents.Expectation(max_bytes=limit, size=size, allowed=FORMATS))
    except documents.FileRefusedError as error:
        ledger.record_refusal(
            actor=actor, action="request.file_attached", subject=f"request:{request_id}", details={"code": error.code}
        )
        raise
    with transaction.atomic(durable=True):
        row = draft_of(request_id, actor)
        RequestFile.objects.filter(request=row, kind=kind).delete()
        RequestFile.objects.create(request=row, kind=kind, name=safe_file_name(name), file_id=documents.keep(received))
        row.updated_at = now()
        row.save(update_fields=("updated_at",))


def detach_file(*, request_id: UUID, kind: str, actor: Actor) -> None:
    """Remove a document from a draft. Removing what is not there changes nothing."""
    with transaction.atomic(durable=True):
        row = draft_of(request_id, actor)
        RequestFile.objects.filter(request=row, kind=kind).delete()


def abandon_request(*, request_id: UUID, actor: Actor) -> None:
    """Delete a draft and its answers at its owner's wish."""
    with transaction.atomic(durable=True):
        row = draft_of(request_id, actor)
        row.files.all().delete()
        row.state, row.answers, row.updated_at = RequestState.ABANDONED, {}, now()
        row.save(update_fields=("state", "answers", "updated_at"))
        ledger.record(actor=actor, action="request.abandoned", subject=f"request:{row.id}", about=row.account_id)


def draft_of(request_id: UUID, actor: Actor, *, lock: bool = True) -> Request:
    """Return the actor's own draft. Raise AbsentError for another's, ConflictError when it has been sent."""
    rows = Request.objects.select_for_update() if lock else Request.objects.select_related("service__process")
    row = rows.filter(id=request_id).exclude(state=RequestState.ABANDONED).first()
    if row is None or actor.kind != "account" or row.account_id != actor.id:
        raise AbsentError("unknown_request", "Cette demande n’existe pas, ou elle n’est pas à vous.")
    if row.state == RequestState.SUBMITTED:
        raise ConflictError("already_submitted", "Cette demande a déjà été envoyée : elle ne peut plus être modifiée.")
    return row
