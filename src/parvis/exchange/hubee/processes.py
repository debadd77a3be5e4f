"""Processes of the referential: data that the platform's administration may read and change."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from parvis.catalogue import commands as registry
from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import Workflow
from parvis.exchange import commands
from parvis.exchange.hubee import render
from parvis.exchange.hubee.edge import Call, Fault
from parvis.exchange.hubee.referential import paged

# The protocol's field, ours.
FIELDS = {
    "name": "name",
    "description": "description",
    "isActivated": "is_active",
    "attachmentFormatsEnabled": "attachment_formats",
    "siAttachmentFormatsEnabled": "answer_formats",
    "attachmentTypesEnabled": "attachment_types",
    "attachmentMaxSizeEnabled": "max_attachment_bytes",
    "statusBeforeFileDeletion": "status_before_file_deletion",
    "timeBeforeFileDeletion": "days_before_file_deletion",
    "timeBeforeArchiving": "days_before_archiving",
    "timeBeforeFolderDeletion": "days_before_folder_deletion",
    "messageToTransmitter": "messages_allowed",
    "messageWithStatus": "messages_with_status",
    "subscriptionValidation": "validation",
    "legalJustification": "legal_basis",
}


def list_processes(call: Call) -> HttpResponse:
    """GET /processes."""
    commands.require_platform(call.actor)
    return paged(call, catalogue.processes(), "Processes", process)


def process(row: Any) -> dict[str, Any]:
    """Return a process in the protocol's shape."""
    shown = {theirs: getattr(row, ours) for theirs, ours in FIELDS.items()}
    return {
        "code": row.code,
        **shown,
        "authorizedAwaiting": row.workflow == Workflow.WITH_COMPLEMENT,
        "osl": {
            "type": "OSL",
            "companyRegister": row.depositor_siret or settings.PARVIS_OPERATOR_SIRET,
            "branchCode": row.depositor_branch,
        },
        "creationDateTime": render.moment(row.created_at),
        "updateDateTime": render.moment(row.updated_at),
    }


def read_process(call: Call) -> HttpResponse:
    """GET /processes/{code}."""
    return JsonResponse(process(_one(call)))


def _one(call: Call) -> Any:
    row = catalogue.processes().filter(code=str(call.ids["code"])).first()
    if row is None:
        raise Fault(404, "Process is not found")
    return row


def create_process(call: Call) -> HttpResponse:
    """POST /processes."""
    commands.require_platform(call.actor)
    registry.save_process(code=call.body["code"], values=_values(call.body), actor=call.actor, create=True)
    call.ids = {"code": call.body["code"]}
    return JsonResponse(process(_one(call)), status=201)


def update_process(call: Call) -> HttpResponse:
    """PUT /processes/{code}. The code in the address wins: a process does not change its name in the protocol."""
    commands.require_platform(call.actor)
    registry.save_process(code=_one(call).code, values=_values(call.body), actor=call.actor, create=False)
    return JsonResponse(process(_one(call)))


def _values(body: dict[str, Any]) -> dict[str, Any]:
    values = {ours: body[theirs] for theirs, ours in FIELDS.items() if body.get(theirs) is not None}
    if body.get("osl"):
        values |= {"depositor_siret": body["osl"]["companyRegister"], "depositor_branch": body["osl"]["branchCode"]}
    if body.get("authorizedAwaiting") is not None:
        values["workflow"] = Workflow.WITH_COMPLEMENT if body["authorizedAwaiting"] else Workflow.WITHOUT_COMPLEMENT
    return values
