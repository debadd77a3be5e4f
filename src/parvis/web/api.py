"""Root of API v1: authentication, one shape for every refusal, the contexts' routers."""

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from parvis.core.actor import ANONYMOUS, Actor
from parvis.core.errors import DomainError
from parvis.core.http import RangeRefusedError
from parvis.exchange.api import router as exchange
from parvis.identity.api import BearerToken
from parvis.web.problems import problem
from parvis.web.refusals import journal

api = NinjaAPI(
    title="Parvis",
    version="1.0.0",
    description="The exchange hub: deposit folders, fetch cases, answer them.",
    auth=BearerToken(),
    docs_url=None,
    urls_namespace="api-v1",
)
api.add_router("", exchange)


@api.exception_handler(DomainError)
def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A rule said no."""
    actor: Actor = getattr(request, "auth", None) or ANONYMOUS
    journal(actor, request, error)
    errors = [{"code": p.code, "message": p.message, "field": p.field} for p in error.problems]
    return problem(request, error.status, error.code, error.message, errors)


@api.exception_handler(RangeRefusedError)
def out_of_range(request: HttpRequest, error: RangeRefusedError) -> HttpResponse:
    """The document ends before what was asked: its size is told (RFC 9110 §15.5.17)."""
    answer = refused(request, error)
    answer["Content-Range"] = f"bytes */{error.problem.params['size']}"
    return answer


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The body or the parameters do not have the shape of the contract."""
    errors = [
        {"code": item["type"], "message": item["msg"], "field": ".".join(str(part) for part in item["loc"])}
        for item in error.errors
    ]
    return problem(request, 400, "malformed_request", "La requête ne suit pas le contrat de l’API.", errors)


@api.exception_handler(DataError)
def unstorable(request: HttpRequest, _error: DataError) -> HttpResponse:
    """A value that no column can hold, such as a NUL character in a text: the transaction was rolled back."""
    return problem(
        request, 400, "malformed_request", "Une valeur contient un caractère interdit ou dépasse sa limite.", []
    )


@api.exception_handler(AuthenticationError)
def unknown_caller(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    """No token, or one that is unknown or expired."""
    answer = problem(
        request, 401, "invalid_token", "Jeton absent, inconnu ou expiré. Demandez-en un à /oauth2/token.", []
    )
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Refusals of the framework itself, such as JSON that cannot be read."""
    return problem(request, error.status_code, "malformed_request", "La requête n’a pas pu être lue.", [])
