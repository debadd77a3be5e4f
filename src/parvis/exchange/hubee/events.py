"""Events of a case: add, read, send, mark as received, withdraw, upload, download."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from parvis.exchange import commands
from parvis.exchange.commands import NewAttachment, NewEvent
from parvis.exchange.enums import AttachmentState, Side
from parvis.exchange.hubee import folders, render
from parvis.exchange.hubee.cases import events_seen, octets
from parvis.exchange.hubee.edge import Call, Fault
from parvis.exchange.models import Attachment, Case, Event


def create(call: Call) -> HttpResponse:
    """POST /cases/{id}/events."""
    made = commands.add_event(case_id=call.id("case_id"), event=_new_event(call), actor=call.actor)
    event = Event.objects.prefetch_related("attachments").get(id=made.id)
    case = Case.objects.select_related("recipient", "folder__depositor").get(id=event.case_id)
    return JsonResponse(render.event(event, case, internal=True), status=201)


def _new_event(call: Call) -> NewEvent:
    body: dict[str, Any] = call.body
    return NewEvent(
        type=body["actionType"],
        author=body.get("author") or "",
        message=body.get("message") or "",
        comment=body.get("comment") or "",
        notify=bool(body.get("notification")),
        present_status=_status(body, "caseCurrentStatus"),
        new_status=_status(body, "caseNewStatus"),
        partner_attributes=body.get("partnerAttributes") or "",
        partner_info=call.partner,
        attachments=[
            NewAttachment(one["type"], one["fileName"], one["size"], one["mimeType"])
            for one in body.get("attachments") or ()
        ],
    )


def _status(body: dict[str, Any], name: str) -> str:
    return body.get(name) or ""


def read(call: Call) -> HttpResponse:
    """GET /cases/{id}/events/{id}."""
    case, side = commands.read_case(case_id=call.id("case_id"), actor=call.actor)
    event = next((row for row in events_seen(case, side) if row.id == call.id("event_id")), None)
    if event is None:
        raise Fault(404, "event is not found")
    return JsonResponse(render.event(event, case, internal=side == Side.RECIPIENT))


def patch(call: Call) -> HttpResponse:
    """PATCH /cases/{id}/events/{id}: SENT by its author, RECEIVED by the other side."""
    commands.set_event_state(
        case_id=call.id("case_id"), event_id=call.id("event_id"), state=call.body["status"], actor=call.actor
    )
    return HttpResponse(status=204)


def delete(call: Call) -> HttpResponse:
    """DELETE: a deposit of documents that has not been sent."""
    commands.delete_event(case_id=call.id("case_id"), event_id=call.id("event_id"), actor=call.actor)
    return HttpResponse(status=204)


def upload(call: Call) -> HttpResponse:
    """PUT a document of an event."""
    if not _of_event(call).exists():
        raise Fault(404, "Binary meta-data is not found")
    folders.receive(call, call.id("attachment_id"))
    return HttpResponse(status=204)


def download(call: Call) -> HttpResponseBase:
    """GET a document of an event."""
    if not _of_event(call).filter(state=AttachmentState.RECEIVED).exists():
        raise Fault(404, "file is not found")
    return octets(call, call.id("attachment_id"))


def _of_event(call: Call) -> Any:
    return Attachment.objects.filter(
        id=call.id("attachment_id"), event_id=call.id("event_id"), event__case_id=call.id("case_id")
    )
