"""Cases and notifications: poll, read, move, download."""

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from parvis.core.http import file_response
from parvis.exchange import commands, queries
from parvis.exchange.enums import AttachmentState, EventState, Side
from parvis.exchange.hubee import render
from parvis.exchange.hubee.edge import Call, Fault, listed, number
from parvis.exchange.models import Attachment, Case, Event

DEFAULT_NOTIFICATIONS, MOST_NOTIFICATIONS = 25, 1000


def notifications(call: Call) -> HttpResponse:
    """GET /notifications, 25 at a time unless ``maxResult`` says otherwise."""
    found = queries.notifications(
        call.actor,
        limit=number(call, "maxResult", DEFAULT_NOTIFICATIONS, most=MOST_NOTIFICATIONS, least=1),
        processes=listed(call, "processCode"),
        first=listed(call, "processPriority"),
    )
    details = call.request.GET.get("eventDetails", "").lower() == "true"
    return JsonResponse([render.notification(row, details=details) for row in found], safe=False)


def acknowledge(call: Call) -> HttpResponse:
    """DELETE /notifications/{id}."""
    commands.acknowledge(notification_id=call.id("notification_id"), actor=call.actor)
    return HttpResponse(status=204)


def read(call: Call) -> HttpResponse:
    """GET /cases/{id}; ``lite=true`` leaves documents and events out. Reading is journaled."""
    case, side = commands.read_case(case_id=call.id("case_id"), actor=call.actor)
    if call.request.GET.get("lite", "").lower() == "true":
        return JsonResponse(render.case(case, documents=None, events=None, internal=False))
    documents = Attachment.objects.filter(cases=case, event=None).order_by("id")
    events = events_seen(case, side)
    return JsonResponse(render.case(case, documents=documents, events=events, internal=side == Side.RECIPIENT))


def events_seen(case: Case, side: Side) -> list[Event]:
    """Return the events one side may see: what the other is still preparing is not one of them."""
    own = case.recipient_id if side == Side.RECIPIENT else case.folder.depositor_id
    rows = Event.objects.filter(case=case).prefetch_related("attachments").order_by("id")
    return [row for row in rows if row.state != EventState.IN_PROGRESS or row.transmitter_id == own]


def patch(call: Call) -> HttpResponse:
    """PATCH /cases/{id}: the state alone; an event of the client's own makes the notification."""
    commands.set_case_status(case_id=call.id("case_id"), status=call.body["status"], actor=call.actor)
    return HttpResponse(status=204)


def download(call: Call) -> HttpResponseBase:
    """GET a document of a case, with its digest."""
    attachment = call.id("attachment_id")
    mine = Attachment.objects.filter(
        id=attachment, cases=call.id("case_id"), event=None, state=AttachmentState.RECEIVED
    )
    if not mine.exists():
        raise Fault(404, "File is not found")
    return octets(call, attachment)


def octets(call: Call, attachment: object) -> HttpResponseBase:
    """Return a document as the protocol does: raw octets, SHA-256 in base 64 in ``digest``."""
    response = file_response(commands.deliver_attachment(attachment_id=attachment, actor=call.actor))  # type: ignore[arg-type]
    response["Content-Type"] = "application/octet-stream"
    return response


def migrate(call: Call) -> HttpResponse:
    """PUT /cases/migrate: everything of a commune that merged goes to the new one."""
    count = commands.migrate_cases(
        source=_identifier(call.body["organizationSource"]),
        target=_identifier(call.body["organizationTarget"]),
        actor=call.actor,
    )
    return JsonResponse({"caseUpdated": count})


def _identifier(body: dict[str, str]) -> tuple[str, str]:
    return body["companyRegister"], body["branchCode"]


def purgeable(call: Call) -> HttpResponse:
    """GET /attachmentsIdsForPurge: documents whose bytes the hub has let go, for copies kept elsewhere."""
    pairs = queries.purgeable(call.actor)
    shown = [{"folder_attachment_id": str(attachment), "case_id": str(case)} for attachment, case in pairs]
    return JsonResponse(shown, safe=False)


def purged(call: Call) -> HttpResponse:
    """PUT /idsPurged: the caller has removed its own copies."""
    commands.note_purged(
        pairs=[(pair["folder_attachment_id"], pair["case_id"]) for pair in call.body], actor=call.actor
    )
    return HttpResponse(status=204)
