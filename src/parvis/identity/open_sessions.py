"""Where an account is signed in: a row a browser, found again when its session changes key."""

from datetime import timedelta
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.identity.models import OpenSession
from parvis.identity.provider import notices
from parvis.ledger import commands as ledger

ROW_KEY = "open_session"
_DEAD_AFTER = timedelta(minutes=31)  # a session left alone for 30 minutes is over; it is noted once a minute


def is_noted(session: SessionBase) -> bool:
    """Tell whether the row of this session knows its present key."""
    return bool(session.get(ROW_KEY, {}).get("key") == session.session_key)


def note(request: HttpRequest) -> None:
    """Write down that this browser is signed in, under its present key."""
    session = request.session
    kept = session.get(ROW_KEY, {})
    device = request.headers.get("User-Agent", "")[:300]
    same = OpenSession.objects.filter(id=kept.get("id"), account_id=session[SESSION_KEY])
    if not kept or not same.update(session_key=session.session_key, seen_at=now(), device=device):
        row, _ = OpenSession.objects.update_or_create(
            session_key=session.session_key or "", defaults={"account_id": session[SESSION_KEY], "device": device}
        )
        kept = {"id": str(row.id)}
        OpenSession.objects.filter(seen_at__lt=now() - _DEAD_AFTER).delete()
    session[ROW_KEY] = {"id": kept["id"], "key": session.session_key}


def close(session: SessionBase) -> None:
    """This browser signs out: it leaves the list, and the towns it had signed in to are told."""
    place = session.get(ROW_KEY, {}).get("id")
    OpenSession.objects.filter(session_key=session.session_key).delete()
    if place:
        notices.end_session(UUID(place), why="signed_out")


def end_all(account: UUID) -> None:
    """Sign every browser of an account out, at once. Joins the caller's transaction."""
    _end(list(OpenSession.objects.select_for_update().filter(account_id=account)))


def _end(rows: list[OpenSession]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in rows:
        store(row.session_key).delete()
        notices.end_session(row.id, why="signed_out")
    OpenSession.objects.filter(id__in=[row.id for row in rows]).delete()


def open_sessions(account: UUID) -> list[OpenSession]:
    """Where an account is signed in now, the latest seen first."""
    return list(OpenSession.objects.filter(account_id=account, seen_at__gt=now() - _DEAD_AFTER).order_by("-seen_at"))


def end_sessions(*, sessions: list[UUID], actor: Actor) -> int:
    """Sign the actor's own browsers out, at once. Return how many; someone else's are left alone."""
    with transaction.atomic():
        rows = list(OpenSession.objects.select_for_update().filter(id__in=sessions, account_id=actor.person))
        _end(rows)
        if rows:
            ledger.record(
                actor=actor,
                action="session.ended",
                subject=f"account:{actor.person}",
                details={"count": len(rows)},
                about=actor.person,
            )
    return len(rows)
