"""The certificate that a client showed to the TLS proxy (RFC 8705). Nobody else may say which one it was.

The proxy verifies the chain and sends ``X-Client-Verify: SUCCESS`` and ``X-Client-Cert`` (nginx:
``$ssl_client_escaped_cert``). From any other address these headers are removed before anything reads them.
"""

from collections.abc import Callable
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from parvis.core.clock import now
from parvis.identity.provider import rules

_HEADERS = ("HTTP_X_CLIENT_CERT", "HTTP_X_CLIENT_VERIFY")
_TOO_LONG = 16 * 1024


def only_from_the_proxy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Remove the headers of certificates from what does not come from the TLS proxy."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.META.get("REMOTE_ADDR") not in settings.TLS_PROXIES:
            for name in _HEADERS:
                request.META.pop(name, None)
        return get_response(request)

    return handle


def shown(request: HttpRequest) -> x509.Certificate | None:
    """Return the certificate the proxy verified for this very connection, or None."""
    text = request.META.get("HTTP_X_CLIENT_CERT", "")
    trusted = request.META.get("REMOTE_ADDR") in settings.TLS_PROXIES
    if not trusted or request.META.get("HTTP_X_CLIENT_VERIFY") != "SUCCESS" or not text or len(text) > _TOO_LONG:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(unquote(text).encode())
    except ValueError:
        return None
    return certificate if certificate.not_valid_before_utc <= now() < certificate.not_valid_after_utc else None


def thumbprint(request: HttpRequest) -> str:
    """Return ``x5t#S256`` of the certificate shown, empty when there is none."""
    certificate = shown(request)
    return rules.thumbprint(certificate.public_bytes(Encoding.DER)) if certificate else ""


def subject(request: HttpRequest) -> str:
    """Return the subject of the certificate shown, as RFC 4514 writes it; empty when there is none."""
    certificate = shown(request)
    return certificate.subject.rfc4514_string() if certificate else ""
