"""When an action lacks assurance: put the request aside, and ask the person for more."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

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
        """Pass on: all the work is around the page itself."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Send the form put aside, once its author is back at its address with the proof."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return  # nobody: looking into the session would keep the answer from shared caches
        kept = suspended.awaited(request)
        if kept is None or not request.user.is_authenticated:
            return
        del request.session[suspended.KEY]
        body = suspended.taken(kept.secret, kept.path, request.user)
        if body is None:
            messages.warning(
                request, _("Votre envoi a attendu plus de 15 minutes et n’a pas été gardé. Recommencez-le.")
            )
        else:
            suspended.turn_into(request, body)

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
