"""Two pages: what to prove and how; then the interrupted request goes on by itself."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from parvis.identity import queries
from parvis.identity.models import Account
from parvis.identity.stepup import suspended
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
    """Go back to what was interrupted, at its own address, where the middleware sends the form put aside."""
    kept = suspended.interrupted(request)
    if kept is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if queries.assurance_missing(request, kept.action, kept.service):
        return redirect("stepup:more")
    del request.session[suspended.KEY]
    request.session.cycle_key()  # a level was gained: the former key of the session opens nothing any more
    if kept.secret:
        suspended.let_go(request, kept)
    elif kept.lost:
        messages.warning(request, _("Vos fichiers étaient trop lourds pour être gardés : joignez-les de nouveau."))
    return redirect(kept.path)
