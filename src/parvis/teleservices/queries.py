"""Reads of the teleservices context."""

from uuid import UUID

from django.db.models import QuerySet

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.teleservices.enums import RequestState
from parvis.teleservices.models import Request

# Requests of which nothing is left to show.
GONE = (RequestState.ABANDONED, RequestState.EXPIRED)


def requests_of(actor: Actor) -> "QuerySet[Request]":
    """Return a citizen's own requests, the last touched first, with what a list shows."""
    return (
        Request.objects.filter(account_id=actor.person)
        .exclude(state__in=GONE)
        .select_related("service", "folder")
        .prefetch_related("folder__cases")
        .order_by("-updated_at")
    )


def request_of(request_id: UUID, actor: Actor) -> Request:
    """Return one of a citizen's own requests. Raise AbsentError for another's, as for one that does not exist."""
    found = (
        Request.objects.select_related(
            "service__process"
        )  # not the folder: every page of a draft would pay for its columns
        .filter(id=request_id, account_id=actor.person)
        .exclude(state__in=GONE)
        .first()
    )
    if found is None or actor.kind != "account":
        raise AbsentError("unknown_request", "Cette demande n’existe pas, ou elle n’est pas à vous.")
    return found
