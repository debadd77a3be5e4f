"""When an action lacks assurance: put the request aside, and ask the person for more."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from parvis.core import words
from parvis.identity import queries
from parvis.identity.assurance import AssuranceNeededError
from parvis.identity.models import Account
from parvis.identity.stepup import suspended
from parvis.ledger import commands as ledger


class StepUp:
    """Catch the refusals that a stronger proof would lift."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on: all the work is in `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an AssuranceNeededError; leave every other exception."""
        return asked_for_more(request, exception) if isinstance(exception, AssuranceNeededError) else None


step_up = StepUp


def asked_for_more(request: HttpRequest, error: AssuranceNeededError) -> HttpResponse:
    """Write the refusal down, put the request aside and send the person to prove more; tell a program what lacks."""
    account = request.user
    assert isinstance(account, Account)  # noqa: S101 - pages ask who is there before they ask how sure we are
    ledger.record_refusal(
        actor=queries.actor_of(account),
        action="assurance.needed",
        subject=f"path:{request.path[:200]}",
        details={"for": error.action, "service": error.service, "needs": error.needs},
    )
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        problem = {"status": error.status, "code": error.code, "detail": words.said(error), "needs": error.needs}
        return JsonResponse(problem, status=error.status, content_type="application/problem+json")
    suspended.put_aside(request, error, account)
    return HttpResponseRedirect(reverse("stepup:more"))
