"""The journal as C2SP tlog-tiles serves one: static resources, for anyone, without session nor cookie."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from parvis.core.tlog import merkle, tiles
from parvis.ledger import keys, queries

_FOR_EVER = "public, max-age=31536000, immutable"
_A_MOMENT = "public, max-age=1"
_FURTHEST = 2**63 // merkle.TILE_WIDTH


@csrf_exempt  # nothing is written here: any other method is told so
@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The signed statement of the tree, with the cosignatures of its witnesses."""
    found = queries.published_checkpoint()
    if found is None:
        raise Http404
    return _plain(found[1], caching="no-cache")


@csrf_exempt  # nothing is written here: any other method is told so
@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile of hashes, or a bundle of entries. What was served once never changes."""
    wanted = tiles.read_path(f"tile/{path}")
    content = queries.published_tile(wanted) if wanted and wanted.number < _FURTHEST else None
    if content is None:
        return HttpResponse(status=404, content_type="text/plain", headers={"Cache-Control": _A_MOMENT})
    mark = f'"{hashlib.sha256(content).hexdigest()}"'
    if mark in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": mark, "Cache-Control": _FOR_EVER})
    return HttpResponse(
        content, content_type="application/octet-stream", headers={"ETag": mark, "Cache-Control": _FOR_EVER}
    )


@csrf_exempt  # nothing is written here: any other method is told so
@require_safe
def public_keys(_request: HttpRequest) -> HttpResponse:
    """The public keys of this journal: worth what the connection that brings them is worth."""
    return _plain("".join(f"{key}\n" for key in keys.known_verifiers()), caching=_A_MOMENT)


@csrf_exempt  # nothing is written here: any other method is told so
@require_safe
def policy(_request: HttpRequest) -> HttpResponse:
    """A trust policy (C2SP tlog-policy) to begin with: the journal's keys and its witnesses'."""
    return _plain(queries.log_policy(), caching=_A_MOMENT)


def _plain(text: str, *, caching: str) -> HttpResponse:
    return HttpResponse(text.encode(), content_type="text/plain; charset=utf-8", headers={"Cache-Control": caching})
