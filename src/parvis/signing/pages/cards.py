"""An officer's own card, through its helper on their machine: register it."""

from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.access.enums import Action
from parvis.core import env, words
from parvis.core.errors import DomainError
from parvis.identity import queries as identity
from parvis.signing import commands, queries
from parvis.signing.enums import KeyPlace
from parvis.signing.forms import CardForm
from parvis.signing.pages.lists import person
from parvis.signing.pages.settings import where
from parvis.signing.presenting import certificate_badge
from parvis.ui.dates import when
from parvis.ui.parts import Row

HELPER = "http://127.0.0.1:8641"
_LOOPBACK = {"127.0.0.1", "localhost"}


def helper_address() -> str:
    """Return where the helper listens on agents' machines (``PARVIS_CARD_HELPER``): always a loopback address."""
    address = env.text("PARVIS_CARD_HELPER", HELPER).rstrip("/")
    if urlsplit(address).hostname not in _LOOPBACK:
        raise env.BadSettingError("PARVIS_CARD_HELPER: expected an address of this machine, http://127.0.0.1:…")
    return address


def with_helper(request: HttpRequest) -> str:
    """Let this page, and no other, talk to the helper."""
    address = helper_address()
    request.card_helper = address  # type: ignore[attr-defined]
    return address


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def card(request: HttpRequest) -> HttpResponse:
    """Register the certificate of one's card: read by the helper, or given as a file."""
    actor = person(request)
    organisation = where(actor, Action.ACT_SIGN)
    helper = with_helper(request)
    read = request.POST.get("certificats", "").split()
    file_sent = request.method == "POST" and not read
    form = CardForm(request.POST if file_sent else None, request.FILES if file_sent else None)
    problem = ""
    if read or (file_sent and form.is_valid()):
        identity.require_assurance(request, Action.ACT_SIGN)
        given = [decoded(one) for one in read] or _in_file(form)
        try:
            commands.register_card(organisation=organisation, certificates=given, actor=actor)
        except DomainError as error:
            problem = words.said(error)
        else:
            messages.success(request, _("Carte enregistrée : vous pouvez signer avec elle."))
            return HttpResponseRedirect(reverse("parapheur_card"))
    row = queries.certificates_of([organisation]).filter(key__holder_id=actor.id, key__backend=KeyPlace.CARD).first()
    context = {"form": form, "helper": helper, "facts": _facts(row) if row else [], "origin": origin(request)}
    context |= {"problem": problem, "page_errors": problem}
    return render(request, "signing/card.html", context, status=422 if form.errors or problem else 200)


def origin(request: HttpRequest) -> str:
    """This site, as its browsers name it."""
    return f"{request.scheme}://{request.get_host()}"


def _in_file(form: CardForm) -> list[bytes]:
    """The certificates of a file in DER. What cannot be read is left to the command."""
    content = form.cleaned_data["file"].read()
    try:
        return [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(content)]
    except ValueError:
        return [content]


def decoded(text: str) -> bytes:
    """Bytes written in base 64; none when it is not."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _facts(row: Any) -> list[Row]:
    return [
        Row(_("Sujet"), row.subject),
        Row(_("Autorité"), row.issuer),
        Row(_("Valable jusqu’au"), when(row.ends_at)),
        Row(_("État"), certificate_badge(row.state)),
    ]
