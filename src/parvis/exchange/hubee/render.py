"""Our rows in the protocol's shapes."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from parvis.directory.enums import OrganisationKind
from parvis.exchange.enums import EventType
from parvis.exchange.models import Attachment, Case, Event, Folder, Notification


def moment(value: datetime | None) -> str | None:
    """Return a date-time with milliseconds, in UTC."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds") if value else None


def organisation(row: Any, kind: str) -> dict[str, str]:
    """Return an organisation's identifier. ``kind`` is the side it stands on: OSL or SI."""
    return {"type": kind, "companyRegister": row.siret, "branchCode": row.branch_code}


def side_of(row: Any) -> str:
    """Return the type under which the referential lists an organisation."""
    return "OSL" if row.kind in (OrganisationKind.OPERATOR, OrganisationKind.STATE) else "SI"


def applicant(folder: Folder) -> dict[str, Any]:
    """Return the applicant."""
    return {
        "firstName": folder.applicant_first_name,
        "lastName": folder.applicant_last_name,
        "email": folder.applicant_email or None,
    }


def attachment(row: Attachment) -> dict[str, Any]:
    """Return a document."""
    return {
        "id": str(row.id),
        "status": row.state,
        "fileName": row.name,
        "type": row.type,
        "size": row.size,
        "mimeType": row.mime,
    }


def folder(row: Folder, cases: Iterable[Case], attachments: Iterable[tuple[Attachment, list[str]]]) -> dict[str, Any]:
    """Return a folder with its cases and its documents; each document names its cases by their external ids."""
    return {
        "id": str(row.id),
        "globalStatus": row.status,
        "processCode": row.process_id,
        "createDateTime": moment(row.created_at),
        "closeDateTime": moment(row.closed_at),
        "applicant": applicant(row),
        "externalId": row.external_id,
        "updateDateTime": moment(row.updated_at),
        "partnerInfo": partner(row.partner_info),
        "cases": [
            {
                "id": str(case.id),
                "status": case.status,
                "recipient": organisation(case.recipient, "SI"),
                "externalId": case.external_id,
                "updateDateTime": moment(case.updated_at),
                "transmissionDateTime": moment(case.sent_at),
                "partnerAttributes": case.partner_attributes or None,
            }
            for case in cases
        ],
        "attachments": [attachment(one) | {"recipients": recipients} for one, recipients in attachments],
    }


def case(
    row: Case, *, documents: Iterable[Attachment] | None, events: Iterable[Event] | None, internal: bool
) -> dict[str, Any]:
    """Return a case; without documents nor events when it is asked for lightly."""
    shown: dict[str, Any] = {
        "id": str(row.id),
        "status": row.status,
        "recipient": organisation(row.recipient, "SI"),
        "externalId": row.external_id,
        "processCode": row.process_id,
        "createDateTime": moment(row.created_at),
        "updateDateTime": moment(row.updated_at),
        "transmissionDateTime": moment(row.sent_at),
        "closeDateTime": moment(row.closed_at),
        "partnerAttributes": row.partner_attributes or None,
        "applicant": applicant(row.folder),
    }
    if documents is not None:
        shown["attachments"] = [attachment(one) for one in documents]
    if events is not None:
        shown["events"] = [event(one, row, internal=internal) for one in events]
    return shown


def event(row: Event, of: Case, *, internal: bool) -> dict[str, Any]:
    """Return an event. Internal comments are the recipient's own: ``internal`` is false for the depositor."""
    from_recipient = row.transmitter_id == of.recipient_id
    sender = of.recipient if from_recipient else of.folder.depositor
    return {
        "id": str(row.id),
        "transmitter": organisation(sender, "SI" if from_recipient else "OSL"),
        "actionType": row.type,
        "author": row.author or None,
        "notification": row.notify,
        "message": row.message or None,
        "comment": (row.comment or None) if internal else None,
        "caseCurrentStatus": row.present_status or None,
        "caseNewStatus": row.new_status or None,
        "status": row.state,
        "createDateTime": moment(row.created_at),
        "updateDateTime": moment(row.updated_at),
        "partnerAttributes": row.partner_attributes or None,
        "attachments": [attachment(one) for one in row.attachments.all()],
        "partnerInfo": partner(row.partner_info),
    }


def notification(row: Notification, *, details: bool) -> dict[str, Any]:
    """Return a notification; with ``details``, what its event is, so that a client need not fetch it to know."""
    to_recipient = row.recipient_id == row.case.recipient_id
    shown: dict[str, Any] = {
        "id": str(row.id),
        "recipient": organisation(row.recipient, "SI" if to_recipient else "OSL"),
        "transmitter": organisation(row.transmitter, "OSL" if to_recipient else "SI"),
        "processCode": row.process_id,
        "caseId": str(row.case_id),
        "eventId": str(row.event_id) if row.event_id else None,
        "dateTime": moment(row.at),
    }
    if details:
        shown["eventActionType"] = EventType(row.event.type).value if row.event else None
        shown["eventStatus"] = row.event.state if row.event else None
    return shown


def partner(info: dict[str, str] | None) -> dict[str, str | None] | None:
    """Return what the client said of itself."""
    if not info:
        return None
    return {name: info.get(name) for name in ("editorName", "applicationName", "softwareVersion")}
