"""What leaves for a client through the browser: always to a registered address, by 303, never kept."""

from django.http import HttpResponse, HttpResponseRedirect

from parvis.identity.provider import metadata, rules
from parvis.identity.provider.errors import ProtocolError


class SeeOther(HttpResponseRedirect):
    """A redirection that never repeats the body of a form (RFC 9700 §4.12)."""

    status_code = 303


def to_client(redirect_uri: str, state: str, answer: dict[str, str]) -> HttpResponse:
    """Send the browser back with an answer, our name (RFC 9207) and the client's own state."""
    parameters = answer | ({"state": state} if state else {}) | {"iss": metadata.issuer()}
    response = SeeOther(rules.with_answer(redirect_uri, parameters))
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"  # nothing of our address goes on to the town
    return response


def refusal(redirect_uri: str, state: str, error: ProtocolError) -> HttpResponse:
    """Send the browser back with an error."""
    return to_client(redirect_uri, state, {"error": error.code, "error_description": error.description})
