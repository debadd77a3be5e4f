"""Requests whose person is signing in, proving more or reading the consent page: kept in their own session."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from parvis.identity import rules as secrets
from parvis.identity.provider import rules

KEY = "openid_requests"
LIFE = 30 * 60  # seconds
_MOST = 5  # tabs opened at once


@dataclass(slots=True)
class Waiting:
    """One request. ``waived``: they go on without the level that was only wished; ``raised``: they proved more."""

    params: dict[str, str]
    pushed: bool
    at: float
    waived: bool = False
    raised: bool = False


def put(session: SessionBase, params: dict[str, str], *, pushed: bool) -> str:
    """Keep a request and return its key."""
    key = secrets.new_secret()
    kept = _live(session)
    for oldest in sorted(kept, key=lambda one: kept[one]["at"])[: max(0, len(kept) - _MOST + 1)]:
        del kept[oldest]
    session[KEY] = kept | {key: asdict(Waiting(params, pushed, time.time()))}
    return key


def get(session: SessionBase, key: str) -> Waiting | None:
    """Return a request that this session keeps, or None."""
    found = _live(session).get(key)
    return Waiting(**found) if found else None


def change(session: SessionBase, key: str, kept: Waiting) -> None:
    """Keep what changed of a request."""
    session[KEY] = _live(session) | {key: asdict(kept)}


def drop(session: SessionBase, key: str) -> None:
    """Forget a request that was answered."""
    session[KEY] = {name: value for name, value in _live(session).items() if name != key}


def _live(session: SessionBase) -> dict[str, dict[str, Any]]:
    return {key: one for key, one in session.get(KEY, {}).items() if time.time() - one["at"] < LIFE}


def form_targets(request: HttpRequest) -> list[str]:
    """Where the forms of this session may lead in the end: browsers hold them to the redirections that follow."""
    session = getattr(request, "session", None)
    waiting = _live(session).values() if session is not None and session.accessed else ()
    leaving = [session[LEAVING]] if session is not None and session.accessed and LEAVING in session else []
    return sorted({rules.origin(one["params"]["redirect_uri"]) for one in waiting} | set(leaving))


LEAVING = "openid_leaving"  # the origin a person goes back to once signed out
