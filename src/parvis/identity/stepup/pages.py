"""Two pages: what to prove and how; then the interrupted request goes on by itself."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from parvis.identity import queries
from parvis.identity.assurance import AssuranceNeededError
from parvis.identity.models import Account
from parvis.identity.stepup import suspended
from parvis.identity.stepup.middleware import asked_for_more
from parvis.identity.stepup.suspended import Interrupted
from parvis.identity.stepup.ways import ways


@never_cache
@login_required
@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Say what the action asks, and offer each way of proving it."""
    kept = suspended.interrupted(request)
    if kept is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    needs = queries.assurance_missing(request, kept.action, kept.service)
    if not needs:
        return redirect("stepup:resume")
    context = {"needs": needs, "ways": ways(cast("Account", request.user), needs), "kept": kept}
    return render(request, "identity/step_up.html", context)


@never_cache
@login_required
@require_GET
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with what was interrupted. The form is the person's own, checked when it was sent, and sent once."""
    kept = suspended.interrupted(request)
    if kept is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if queries.assurance_missing(request, kept.action, kept.service):
        return redirect("stepup:more")
    del request.session[suspended.KEY]
    request.session.cycle_key()  # a level was gained: the former key of the session opens nothing any more
    if kept.method == "GET":
        if kept.lost:
            messages.warning(request, _("Vos fichiers étaient trop lourds pour être gardés : joignez-les de nouveau."))
        return redirect(kept.path)
    return _sent_again(request, kept)


def _sent_again(request: HttpRequest, kept: Interrupted) -> HttpResponse:
    body = suspended.taken(kept.secret, kept.path, cast("Account", request.user))
    if body is None:
        messages.warning(request, _("Votre envoi a attendu plus de 15 minutes et n’a pas été gardé. Recommencez-le."))
        return redirect(kept.path)
    again = suspended.rebuilt(request, body)
    match = resolve(again.path)
    again.resolver_match = match
    try:
        return cast("HttpResponse", match.func(again, *match.args, **match.kwargs))
    except AssuranceNeededError as error:  # it asks for something else still
        return asked_for_more(again, error)
