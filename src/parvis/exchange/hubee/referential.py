"""The referential: subscriptions, organisations, processes, under `/referential/v1`."""

import re
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.directory import queries as directory
from parvis.exchange import commands
from parvis.exchange.hubee import render
from parvis.exchange.hubee.edge import Call, Fault, invalid_query, listed, number
from parvis.exchange.models import Subscription

MOST = 5000
DEFAULT = 25
# The protocol's column names, and ours.
COLUMNS = {
    "id": "id",
    "datapass_id": "datapass_id",
    "si_company_register": "subscriber__siret",
    "si_branch_code": "subscriber__branch_code",
    "notification_frequency": "frequency",
    "access_mode": "access_mode",
    "delegation_actor": "delegation_email",
    "rejection_reason": "rejection_reason",
    "status": "state",
    "activate_date_time": "activated_at",
    "validate_date_time": "validated_at",
    "reject_date_time": "rejected_at",
    "end_date_time": "ended_at",
    "update_date_time": "updated_at",
    "process_code": "process_id",
}
_ORDER = re.compile(r"^(asc|desc)\((\w{1,40})\)$")


def list_subscriptions(call: Call) -> HttpResponse:
    """GET /subscriptions, filtered, ordered, by pages; a depositor sees those of its own processes."""
    rows = _visible(call)
    codes = listed(call, "processCode")
    if codes:
        rows = rows.filter(process_id__in=codes)
    for name, column in (
        ("status", "state"),
        ("companyRegister", "subscriber__siret"),
        ("delegationActorEmail", "delegation_email"),
    ):
        value = call.request.GET.get(name)
        if value:
            rows = rows.filter(**{column: value[:320]})
    return paged(call, rows.order_by(*_order(call)), "Susbscriptions", subscription)


def _visible(call: Call) -> "QuerySet[Subscription]":
    rows = Subscription.objects.select_related("subscriber")
    if call.role == "ADMIN":
        commands.require_platform(call.actor)
        return rows
    codes = {code for _, code in access.perimeter(call.actor, Action.FOLDER_DEPOSIT)}
    return rows if "*" in codes else rows.filter(process_id__in=codes)


def _order(call: Call) -> tuple[str, str]:
    raw = call.request.GET.get("orderBy", "")
    if not raw:
        return ("created_at", "id")
    found = _ORDER.match(raw)
    if not found or found[2] not in COLUMNS:
        raise invalid_query(call, "orderBy", f'String "{raw[:60]}" is not an order such as asc(status)')
    sign = "-" if found[1] == "desc" else ""
    return (sign + COLUMNS[found[2]], "id")


def paged(call: Call, rows: "QuerySet[Any]", unit: str, shown: Any) -> HttpResponse:
    """Return one page and, in ``Content-Range``, where it stands in the whole. Two queries whatever the size."""
    start = number(call, "offSet", number(call, "offset", 0, most=10**9), most=10**9)
    size = number(call, "maxResult", DEFAULT, most=MOST)
    total = rows.count()
    page = [shown(row) for row in rows[start : start + size]]
    answer = JsonResponse(page, safe=False)
    answer["Content-Range"] = f"{unit} {start}-{max(start, start + len(page) - 1)}/{total}"
    return answer


def subscription(row: Subscription) -> dict[str, Any]:
    """Return a subscription in the protocol's shape."""
    return {
        "id": str(row.id),
        "datapassId": row.datapass_id or 0,
        "processCode": row.process_id,
        "subscriber": render.organisation(row.subscriber, "SI") | {"name": row.subscriber.name},
        "accessMode": row.access_mode or None,
        "notificationFrequency": row.frequency,
        "activateDateTime": render.moment(row.activated_at),
        "validateDateTime": render.moment(row.validated_at),
        "rejectDateTime": render.moment(row.rejected_at),
        "endDateTime": render.moment(row.ended_at),
        "updateDateTime": render.moment(row.updated_at),
        "delegationActor": {"email": row.delegation_email} if row.delegation_email else None,
        "rejectionReason": row.rejection_reason or None,
        "status": row.state,
        "email": row.emails[0] if row.emails else None,
        "localAdministrator": {"email": _administrator(row)},
    }


def _administrator(row: Subscription) -> str:
    """Whom to write to about a subscription. The protocol wants an address always; those made here may name none."""
    given = row.local_administrator.get("email", "") or (row.emails[0] if row.emails else "")
    return given or settings.OPERATOR_EMAIL or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def read_subscription(call: Call) -> HttpResponse:
    """GET /subscriptions/{id}."""
    return JsonResponse(subscription(_one(call)))


def _one(call: Call) -> Subscription:
    row = _visible(call).filter(id=call.id("subscription_id")).first()
    if row is None:
        raise Fault(404, "Subscription is not found")
    return row


def create_subscription(call: Call) -> HttpResponse:
    """POST /subscriptions: what DataPass sends once a request is complete."""
    body = call.body
    subscriber = body["subscriber"]
    found = directory.organisation_for(subscriber["companyRegister"], subscriber["branchCode"])
    if found is None:
        raise Fault(400, f"Subscriber {_identifier(subscriber)} does not exist")
    try:
        row = commands.request_subscription(
            wanted=commands.SubscriptionRequest(
                subscriber=found.id,
                process=body["processCode"],
                reception=commands.Reception(
                    emails=[body["email"]] if body.get("email") else [], frequency=body["notificationFrequency"]
                ),
                datapass_id=body["datapassId"],
                local_administrator=body["localAdministrator"],
                delegation_email=(body.get("delegationActor") or {}).get("email") or "",
            ),
            actor=call.actor,
        )
    except commands.SubscriptionExistsError as error:
        raise Fault(400, f"Subscription {_identifier(subscriber)} {body['processCode']} already exists") from error
    return JsonResponse(subscription(Subscription.objects.select_related("subscriber").get(id=row.id)), status=201)


def _identifier(body: dict[str, str]) -> str:
    return f"{body['type']}-{body['companyRegister']}-{body['branchCode']}"


def update_subscription(call: Call) -> HttpResponse:
    """PUT /subscriptions/{id}: the whole subscription; its state decides which command is run."""
    row, body = _one(call), call.body
    commands.apply_subscription(
        subscription_id=row.id,
        state=body.get("status") or row.state,
        reception=commands.Reception(
            mode=body.get("accessMode") or "",
            emails=[body["email"]] if body.get("email") else [],
            frequency=body["notificationFrequency"],
        ),
        reason=body.get("rejectionReason") or "",
        actor=call.actor,
    )
    return JsonResponse(subscription(_one(call)))
