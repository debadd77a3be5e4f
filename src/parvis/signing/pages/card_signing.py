"""A confirmed list signed by the officer's own card, from their browser."""

import hashlib
import json
from base64 import b64encode
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.signing import commands, queries
from parvis.signing.enums import BatchState, KeyPlace
from parvis.signing.models import SigningBatch
from parvis.signing.pages.cards import decoded, origin, with_helper
from parvis.signing.pages.lists import person
from parvis.ui.dates import when
from parvis.ui.parts import Row


@never_cache
@require_GET
@login_required
def sign(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The page that has a confirmed list signed by the card, and goes on with what remains."""
    actor = person(request)
    row = queries.batch_of(batch_id, actor)
    if not waits_for_card(row):
        return HttpResponseRedirect(reverse("parapheur_batch", args=[row.id]))
    work = commands.card_work(batch_id=row.id, actor=actor)
    shown = hashlib.sha256(b"".join(work.digests.values())).hexdigest()
    facts = [
        Row(_("Documents à signer"), len(work.digests)),
        Row(_("Pour"), row.organisation.name),
        Row(_("Certificat"), row.certificate.subject),
        Row(_("Empreinte que l’assistant affichera"), shown),
        Row(_("À signer avant"), when(row.authorised_until) if row.authorised_until else ""),
    ]
    context = {"batch": row, "facts": facts, "helper": with_helper(request), "origin": origin(request)}
    return render(request, "signing/card_sign.html", context)


def waits_for_card(row: SigningBatch) -> bool:
    """Whether a list is confirmed and waits for the officer's card."""
    counts = queries.outcome(row)
    return row.state == BatchState.CONFIRMED and row.certificate.key.backend == KeyPlace.CARD and bool(counts.pending)


@never_cache
@require_GET
@login_required
def digests(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """What remains to be signed, for the page's script."""
    return _said(lambda: _work(commands.card_work(batch_id=batch_id, actor=person(request))))


def _work(work: commands.CardWork) -> dict[str, object]:
    return {
        "places": list(work.digests),
        "demand": {
            "certificate": _text(work.certificate),
            "scheme": work.scheme,
            "title": _("Documents du parapheur, %(count)s") % {"count": work.title},
            "digests": [_text(one) for one in work.digests.values()],
        },
    }


def _text(data: bytes) -> str:
    return b64encode(data).decode()


@never_cache
@require_POST
@login_required
def signatures(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take the card's signatures, by their places in the list."""
    actor = person(request)
    return _said(lambda: _taken(request.body, batch_id, actor))


def _taken(body: bytes, batch_id: UUID, actor: Actor) -> dict[str, object]:
    try:
        said = json.loads(body)
        given = {int(place): decoded(one) for place, one in zip(said["places"], said["signatures"], strict=True)}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DomainError("bad_signatures", "Les signatures reçues de la carte sont illisibles. Réessayez.") from None
    held = commands.take_signatures(batch_id=batch_id, signatures=given, actor=actor)
    return {"kept": sum(held.values()), "refused": [place for place, good in held.items() if not good]}


def _said(work: Any) -> HttpResponse:
    try:
        return JsonResponse(work())
    except DomainError as error:
        return JsonResponse({"message": words.said(error)}, status=error.status)
