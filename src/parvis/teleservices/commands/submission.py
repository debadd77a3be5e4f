"""Sending a request: once, whole, to the right town hall."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from parvis.core import outbox
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, DomainError, Problems
from parvis.documents import commands as documents
from parvis.documents import queries as stored_files
from parvis.exchange import commands as exchange
from parvis.exchange import queries as hub
from parvis.ledger import commands as ledger
from parvis.notifications import commands as notifications
from parvis.teleservices import registry
from parvis.teleservices.census import deposit as census
from parvis.teleservices.enums import RequestState
from parvis.teleservices.journey import Journey, typed
from parvis.teleservices.models import Request, RequestFile


def submit_request(*, request_id: UUID, actor: Actor) -> UUID:
    """Turn a draft into a folder of the hub and return the folder's id.

    Sending twice (a double click, a page reloaded) gives the same folder. Everything is checked again: the law's
    dates move while a draft sleeps. The PDF summary is made by a worker, then the town hall is told.
    """
    with transaction.atomic(durable=True):
        row = Request.objects.select_for_update(of=("self",)).select_related("service").filter(id=request_id).first()
        if row is None or actor.kind != "account" or row.account_id != actor.id or row.state == RequestState.ABANDONED:
            raise AbsentError("unknown_request", "Cette demande n’existe pas, ou elle n’est pas à vous.")
        if row.folder_id:
            return row.folder_id
        journey = registry.journey(row.service_id)
        if journey is None:
            raise AbsentError("unknown_service", "Ce service n’existe plus.")
        files = list(row.files.all())
        answers = _checked(row, journey, {entry.kind for entry in files})
        row.state, row.submitted_at, row.updated_at = RequestState.SUBMITTED, now(), now()
        row.folder_id = _deposit(row, answers, files, actor)
        row.save(update_fields=("state", "submitted_at", "updated_at", "folder"))
        row.files.all().delete()  # the documents are the folder's now, and follow its retention
        ledger.record(
            actor=actor,
            action="request.submitted",
            subject=f"request:{row.id}",
            about=row.account_id,
            details={"folder": str(row.folder_id), "number": row.number},
        )
        outbox.send("teleservices.finish_deposit", request=row.id)
        _acknowledge(row, answers)
    return row.folder_id


def _checked(row: Request, journey: Journey, kinds: set[str]) -> dict[str, dict[str, Any]]:
    """Return the typed answers, or refuse with everything that is missing or no longer right."""
    problems = Problems()
    answers: dict[str, dict[str, Any]] = {}
    for step in journey.steps:
        if step.slug not in row.answers:
            problems.add(
                "step_missing", "L’étape « %(step)s » n’est pas remplie.", field=step.slug, params={"step": step.title}
            )
            continue
        answers[step.slug] = typed(step.form, row.answers[step.slug])
    for piece in journey.pieces:
        if piece.required and piece.kind not in kinds:
            problems.add(
                "piece_missing", "Ajoutez le document « %(piece)s ».", field=piece.kind, params={"piece": piece.label}
            )
    problems.refuse_if_any()
    census.check(answers)
    return answers


def _deposit(row: Request, answers: dict[str, dict[str, Any]], files: list[RequestFile], actor: Actor) -> UUID:
    xml = census.xml_message(answers, number=row.number, submitted_at=row.submitted_at or now())
    xml_file = documents.keep_bytes(xml)
    facts = stored_files.facts_of([entry.file_id for entry in files])
    attachments = [
        exchange.NewAttachment(census.XML_TYPE, "10870-XML.xml", len(xml), "application/xml", xml_file),
        *(
            exchange.NewAttachment(
                entry.kind,
                f"{row.number}-{entry.kind}-{entry.name}",
                facts[entry.file_id].size,
                facts[entry.file_id].mime,
                entry.file_id,
            )
            for entry in files
        ),
    ]
    made = exchange.deposit(
        deposit=exchange.Deposit(
            process=census.PROCESS,
            external_id=row.number,
            applicant=census.applicant(answers, row.account_id),
            cases=[exchange.NewCase(census.recipient(answers["domicile"]["commune"]))],
            attachments=attachments,
            fields=census.fields(answers),
        ),
        depositor=hub.platform_depositor(),
        actor=actor,
        complete=False,
    )
    return made.id


def _acknowledge(row: Request, answers: dict[str, dict[str, Any]]) -> None:
    notifications.write_mail(
        to=answers["situation"]["email"],
        template="teleservices/mail/submitted.txt",
        context={
            "request": row,
            "commune": answers["domicile"]["commune"].name,
            "url": settings.SITE_URL + reverse("request", args=[row.id]),
        },
    )


def release_folder(*, folder_id: UUID) -> None:
    """Forget a request whose folder has outlived its retention: its answers go, its number and dates stay."""
    with transaction.atomic(durable=True):
        row = Request.objects.select_for_update().filter(folder_id=folder_id).first()
        if row is None:
            return
        row.state, row.folder_id, row.answers = RequestState.EXPIRED, None, {}
        row.save(update_fields=("state", "folder", "answers"))
        ledger.record(actor=SYSTEM, action="request.expired", subject=f"request:{row.id}", about=row.account_id)


def finish_deposit(*, request_id: UUID) -> None:
    """Add the PDF summary to a folder just deposited, then tell the town hall. Safe to run again."""
    row = Request.objects.select_related("folder").get(id=request_id, state=RequestState.SUBMITTED)
    journey = registry.journey(row.service_id)
    folder = row.folder_id
    if folder is None or journey is None:
        raise DomainError("no_folder", "Cette demande n’a pas de dossier.")
    answers = {step.slug: typed(step.form, row.answers[step.slug]) for step in journey.steps}
    summary = census.pdf_summary(answers, number=row.number, submitted_at=row.submitted_at or row.updated_at)
    with transaction.atomic(durable=True):
        exchange.add_document(folder_id=folder, type=census.PDF_TYPE, name="10870-PDF.pdf", data=summary, actor=SYSTEM)
        exchange.complete_folder(folder_id=folder, actor=SYSTEM)
