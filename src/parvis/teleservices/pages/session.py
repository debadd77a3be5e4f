"""Pages that need a signed-in citizen, and never lose what was typed when the session has ended meanwhile."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from parvis.core.actor import Actor
from parvis.identity import queries as identity

SUSPENDED = "suspended_post"
BEGIN = "commencer"  # the only field of a start page's form
P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
    """Ask anonymous visitors to sign in. A form they were sending is kept aside and taken up again afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        following = request.get_full_path()
        if request.method == "POST":
            typed = _typed(request)
            request.session[SUSPENDED] = {"path": request.path, "data": typed, "files": bool(request.FILES)}
            following = reverse("resume")
            if typed.keys() - {BEGIN}:
                messages.warning(
                    request,
                    _("Votre session a expiré. Connectez-vous de nouveau : ce que vous avez saisi est conservé."),
                )
            else:  # someone who has only pressed « Commencer » had no session to lose
                messages.info(request, _("Connectez-vous ou créez un compte : votre demande commence aussitôt après."))
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': following})}")

    return guarded


def _typed(request: HttpRequest) -> dict[str, list[str]]:
    return {key: request.POST.getlist(key) for key in request.POST if key != "csrfmiddlewaretoken"}


def citizen(request: HttpRequest) -> Actor:
    """Return the signed-in person as an actor."""
    return identity.actor_of(request.user)  # type: ignore[arg-type]


def taken_up(request: HttpRequest) -> dict[str, Any] | None:
    """Return, once, the form that an expired session had interrupted."""
    kept: dict[str, Any] | None = request.session.pop(SUSPENDED, None)
    return kept
