"""What happens around every request: security headers, and one handler for every refusal."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation

from parvis.core import tenancy
from parvis.core.errors import DomainError
from parvis.identity import queries as identity
from parvis.web import errors
from parvis.web.problems import problem

_NO_SUCH = {
    404: ("unknown_address", "Cette adresse n’existe pas dans l’API. Sa description : /api/v1/openapi.json."),
    405: ("method_not_allowed", "Cette méthode n’existe pas à cette adresse. L’en-tête Allow dit lesquelles existent."),
}
Handler = Callable[[HttpRequest], HttpResponse]
PUBLISHED_PATHS = ("/journal/",)
MACHINE_PATHS = ("/api/", "/oauth2/", "/teledossiers/", "/referential/")

# No inline script or style anywhere: an injected tag does nothing.
POLICY = "; ".join(  # noqa: FLY002 - one directive a line reads better
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)


def _policy(request: HttpRequest) -> str:
    """Browsers hold redirections of a form to `form-action`: some go on to a provider, or back to a town's site."""
    providers = {"{0.scheme}://{0.netloc}".format(urlsplit(one["issuer"])) for one in settings.FEDERATION}
    origins = sorted(providers | set(identity.form_targets(request)))
    policy = POLICY.replace("form-action 'self'", " ".join(("form-action 'self'", *origins)))
    # Said by the one page that talks to the helper of an agent's card, on their own machine.
    helper = getattr(request, "card_helper", "")
    return policy.replace("connect-src 'self'", f"connect-src 'self' {helper}") if helper else policy


def content_security_policy(get_response: Handler) -> Handler:
    """Send our content security policy with every answer that has none of its own."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request))
        return response

    return handle


def nobody_in_particular(get_response: Handler) -> Handler:
    """Serve what is published for every cache without session, cookie nor language: the same bytes for everybody."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PUBLISHED_PATHS):
            return get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = get_response(request)
        response.headers.pop("Vary", None)
        response.headers.pop("Content-Language", None)
        return response

    return handle


def own_rows_only(get_response: Handler) -> Handler:
    """Show each request the rows of its own organisations only: nobody's until someone has proved who they are."""

    def handle(request: HttpRequest) -> HttpResponse:
        with tenancy.request():
            return get_response(request)

    return handle


def signed_in_rows(get_response: Handler) -> Handler:
    """Go on for the person whose session this is. After the session's own middlewares."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated:
            tenancy.become("account", request.user.pk)
        return get_response(request)

    return handle


def machines_read_french(get_response: Handler) -> Handler:
    """Answer programs in one language: support desks quote these sentences, whoever's browser or proxy asked."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(MACHINE_PATHS):
            translation.activate("fr")
        return get_response(request)

    return handle


def programs_get_problems(get_response: Handler) -> Handler:
    """Answer a program whose address or method does not exist as the API answers everything, not with a page."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith("/api/") or response.status_code not in _NO_SUCH:
            return response
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        code, detail = _NO_SUCH[response.status_code]
        shown = problem(request, response.status_code, code, detail)
        if "Allow" in response:
            shown["Allow"] = response["Allow"]
        return shown

    return handle


class Refusals:
    """Turn a DomainError that no form caught into a page that says what to do next."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on: all the work is in `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; leave every other exception to Django."""
        return errors.refusal(request, exception) if isinstance(exception, DomainError) else None

    def process_template_response(self, _request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """A library's page that sends a form back with errors answers 422, as ours do."""
        form = (response.context_data or {}).get("form")
        if response.status_code == HTTPStatus.OK and isinstance(form, BaseForm) and form.is_bound and form.errors:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response


refusals = Refusals
