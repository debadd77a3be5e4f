"""What the demo's certification authority publishes: its root, its revocation list, its status responder."""

from base64 import b64decode
from urllib.parse import unquote

from cryptography.hazmat.primitives.serialization import Encoding
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from parvis.core.clock import now
from parvis.signing import installation
from parvis.signing.keys import authority, demo

MOST_BYTES = 10_000


def _pki() -> demo.DemoPki:
    if not installation.is_demo():
        raise Http404
    return installation.demo()


@require_safe
def root(_request: HttpRequest) -> HttpResponse:
    """The root certificate, to give to tools that verify."""
    content = _pki().root.certificate.public_bytes(Encoding.PEM)
    return HttpResponse(content, content_type="application/x-pem-file")


@require_safe
def revocation_list(_request: HttpRequest) -> HttpResponse:
    """The list of the issuing authority, in DER, fresh at each request."""
    _, issuing = demo.revocation_lists(_pki(), installation.revoked(), at=now())
    return HttpResponse(issuing, content_type="application/pkix-crl")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def responder(request: HttpRequest, encoded: str = "") -> HttpResponse:
    """Answer an OCSP request, posted or in the address (RFC 6960, appendix A)."""
    pki = _pki()
    asked = request.read(MOST_BYTES) if request.method == "POST" else _decoded(encoded)
    answer = authority.status(
        pki.issuing, pki.responder, asked, installation.serials(), installation.revoked(), at=now()
    )
    return HttpResponse(answer, content_type="application/ocsp-response")


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(unquote(encoded), validate=True)
    except ValueError:
        return b""
