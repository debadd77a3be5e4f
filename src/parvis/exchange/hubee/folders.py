"""Folders: deposit, read, complete or close, withdraw, upload."""

import contextlib
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, JsonResponse

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.directory import queries as directory
from parvis.documents.commands import InfectedFileError
from parvis.exchange import commands, queries
from parvis.exchange.commands import Applicant, Deposit, NewAttachment, NewCase
from parvis.exchange.hubee import render
from parvis.exchange.hubee.edge import Call, Fault, digest
from parvis.exchange.models import Folder

CHUNK = 64 * 1024


def create(call: Call) -> HttpResponse:
    """POST /folders: every recipient that is unknown or not subscribed is named in one refusal."""
    body = call.body
    cases = _recipients(body)
    places = {case["externalId"]: index for index, case in enumerate(body["cases"])}
    attachments = [_attachment(announced, places) for announced in body["attachments"]]
    made = commands.deposit(
        deposit=Deposit(
            process=body["processCode"],
            external_id=body["externalId"],
            applicant=Applicant(
                body["applicant"]["firstName"], body["applicant"]["lastName"], body["applicant"].get("email") or ""
            ),
            cases=cases,
            attachments=attachments,
            partner_info=call.partner,
        ),
        depositor=_depositor(call, body["processCode"]),
        actor=call.actor,
        complete=False,
    )
    return JsonResponse(_shown(made.id), status=201)


def _recipients(body: dict[str, object]) -> list[NewCase]:
    wanted = body["cases"]
    assert isinstance(wanted, list)  # noqa: S101 - the shape has been checked
    pairs = [(case["recipient"]["companyRegister"], case["recipient"]["branchCode"]) for case in wanted]
    known = directory.organisations_for(pairs)
    process = str(body["processCode"])
    subscribed = queries.subscribed(process, known.values())
    problems = []
    for siret, branch in pairs:
        name = f"SI-{siret}-{branch}"
        if (siret, branch) not in known:
            problems.append(f"Case recipient {name} does not exist")
        elif known[siret, branch] not in subscribed:
            problems.append(f"Case recipient {name} does not suscribed to {process}")
    if problems:
        raise Fault(400, *problems)
    return [
        NewCase(known[pair], case["externalId"], case.get("partnerAttributes") or "")
        for pair, case in zip(pairs, wanted, strict=True)
    ]


def _attachment(announced: dict[str, object], places: dict[str, int]) -> NewAttachment:
    recipients = announced["recipients"]
    assert isinstance(recipients, list)  # noqa: S101 - the shape has been checked
    unknown = [name for name in recipients if name not in places]
    if unknown:
        raise Fault(
            400, *(f"Bad Request : attachment recipient {name} is not a case of the folder" for name in unknown)
        )
    return NewAttachment(
        type=str(announced["type"]),
        name=str(announced["fileName"]),
        size=int(str(announced["size"])),
        mime=str(announced["mimeType"]),
        recipients=[places[name] for name in recipients],
    )


def _depositor(call: Call, process: str) -> UUID:
    """The organisation that the credential deposits for."""
    for organisation, code in access.perimeter(call.actor, Action.FOLDER_DEPOSIT):
        if code in (process, "*"):
            return organisation
    raise Fault(403, "Unauthorized user")


def read(call: Call) -> HttpResponse:
    """GET /folders/{id}."""
    return JsonResponse(_shown(_own(call).id))


def _own(call: Call) -> Folder:
    folder = Folder.objects.filter(id=call.id("folder_id")).first()
    if folder is None or not queries.is_depositor(folder, call.actor):
        raise Fault(404, "Folder is not found")
    return folder


def _shown(folder_id: UUID) -> dict[str, object]:
    folder = Folder.objects.get(id=folder_id)
    cases = list(folder.cases.select_related("recipient").order_by("id"))
    names = {case.id: case.external_id for case in cases}
    attachments = folder.attachments.filter(event=None).prefetch_related("attachmentrecipient_set").order_by("id")
    named = [(row, [names[link.case_id] for link in row.attachmentrecipient_set.all()]) for row in attachments]
    return render.folder(folder, cases, named)


def patch(call: Call) -> HttpResponse:
    """PATCH /folders/{id}: HUBEE_COMPLETED tells the recipients."""
    closed = call.body.get("closeDateTime")
    commands.set_folder_status(
        folder_id=call.id("folder_id"),
        status=call.body["globalStatus"],
        closed_at=datetime.fromisoformat(closed) if closed else None,
        actor=call.actor,
    )
    return HttpResponse(status=204)


def delete(call: Call) -> HttpResponse:
    """DELETE /folders/{id}: only what nobody has been told about."""
    commands.delete_folder(folder_id=call.id("folder_id"), actor=call.actor)
    return HttpResponse(status=204)


def upload(call: Call) -> HttpResponse:
    """PUT a document of a folder, as announced."""
    folder = _own(call)
    attachment = call.id("attachment_id")
    if not folder.attachments.filter(id=attachment, event=None).exists():
        raise Fault(404, "Binary meta-data is not found")
    receive(call, attachment)
    return HttpResponse(status=204)


def receive(call: Call, attachment: UUID) -> None:
    """Stream the body of a PUT to a document that was announced.

    An infected one is taken note of (its status becomes CORRUPTED) and the call succeeds, as the protocol has it.
    """
    with contextlib.suppress(InfectedFileError):
        commands.receive_attachment(
            attachment_id=attachment,
            chunks=iter(lambda: call.request.read(CHUNK), b""),
            sha256=digest(call),
            actor=call.actor,
        )
