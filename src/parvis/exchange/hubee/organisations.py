"""Organisations of the referential: listed, read, created and changed by the platform's administration."""

import re
from typing import Any

from django.http import HttpResponse, JsonResponse

from parvis.directory import commands as registry
from parvis.directory import queries as directory
from parvis.directory.enums import OrganisationKind, OrganisationState
from parvis.exchange import commands
from parvis.exchange.hubee import render
from parvis.exchange.hubee.edge import Call, Fault
from parvis.exchange.hubee.referential import paged

_ID = re.compile(r"^(\w{1,20})-([0-9]{14})-([\w-]{1,10})$")
_STATE = {OrganisationState.ACTIVE: "Actif", OrganisationState.CLOSED: "Inactif"}


def list_organisations(call: Call) -> HttpResponse:
    """GET /organizations."""
    commands.require_platform(call.actor)
    rows = directory.organisations(siret=call.request.GET.get("company_register", "")[:14])
    wanted = call.request.GET.get("type", "")
    if wanted:
        depositing = (OrganisationKind.OPERATOR, OrganisationKind.STATE)
        rows = rows.filter(kind__in=depositing) if wanted == "OSL" else rows.exclude(kind__in=depositing)
    return paged(call, rows.order_by("name", "id"), "Organizations", organisation)


def organisation(row: Any) -> dict[str, Any]:
    """Return an organisation in the protocol's shape."""
    place = row.commune
    return render.organisation(row, render.side_of(row)) | {
        "name": row.name[:100],
        "code": None,
        "country": "France",
        "postalCode": place.postcodes[0] if place and place.postcodes else "",
        "territory": place.name if place else "",
        "email": row.email or None,
        "phoneNumber": None,
        "status": _STATE[OrganisationState(row.state)],
        "createDateTime": render.moment(row.created_at),
        "updateDateTime": None,
    }


def read_organisation(call: Call) -> HttpResponse:
    """GET /organizations/{SI-siret-branch}."""
    commands.require_platform(call.actor)
    return JsonResponse(organisation(_one(call)))


def _one(call: Call) -> Any:
    found = _ID.match(str(call.ids["organisation_id"]))
    row = directory.organisation_for(found[2], found[3]) if found else None
    if found is None:
        raise Fault(400, "Bad Request : the identifier must look like SI-21350238800019-35238")
    if row is None:
        raise Fault(404, "Organization is not found")
    return row


def create_organisation(call: Call) -> HttpResponse:
    """POST /organizations. A branch code that is an INSEE code makes a town hall."""
    commands.require_platform(call.actor)
    body = call.body
    siret, branch = body["companyRegister"], body["branchCode"]
    if directory.organisation_for(siret, branch) is not None:
        raise Fault(400, f"Organization {body['type']}-{siret}-{branch} already exists")
    is_commune = body["type"] == "SI" and directory.commune(branch) is not None
    kind = OrganisationKind.COMMUNE if is_commune else OrganisationKind.REQUESTER
    row = registry.register_organisation(
        kind=OrganisationKind.OPERATOR if body["type"] == "OSL" else kind,
        name=body["name"],
        siret=siret,
        branch_code=branch,
        commune_code=branch if is_commune else "",
        email=body.get("email") or "",
        actor=call.actor,
    )
    return JsonResponse(organisation(row), status=201)


def update_organisation(call: Call) -> HttpResponse:
    """PUT /organizations/{id}."""
    commands.require_platform(call.actor)
    row = _one(call)
    registry.update_organisation(
        organisation_id=row.id,
        name=call.body["name"],
        email=call.body.get("email") or "",
        state=OrganisationState.ACTIVE if call.body["status"] == "Actif" else OrganisationState.CLOSED,
        actor=call.actor,
    )
    return JsonResponse(organisation(_one(call)))
