"""What still lacks before a request is answered: who is there, how lately, how surely, and do they agree."""

import time
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from parvis.identity import open_sessions
from parvis.identity.federation import sessions
from parvis.identity.models import Account
from parvis.identity.provider import grants, keys, levels, pseudonyms, rules
from parvis.identity.provider.errors import ProtocolError
from parvis.identity.provider.requests import Asked
from parvis.identity.provider.waiting import Waiting
from parvis.identity.session_limits import OPENED_KEY


def is_recent(session: SessionBase, asked: Asked, since: float) -> bool:
    """Tell whether the person proved who they are as lately as asked. ``since``: when the request came."""
    proved = sessions.proved_at(session)
    if asked.prompts & {"login", "select_account"} and proved < since:
        return False
    # What was proved since the request came will do: else max_age=0 could never be met.
    return asked.max_age is None or proved >= min(since, time.time() - asked.max_age)


def lacking(session: SessionBase, asked: Asked, kept: Waiting) -> dict[str, int]:
    """Return what the session lacks, in the words of a step-up; empty when it will do."""
    needs = {} if is_recent(session, asked, kept.at) else {"max_age": asked.max_age or 1}
    axes = sessions.axes_of(session)
    if asked.level and not levels.reaches(axes, asked.level) and not kept.waived:
        needs |= levels.lacking(axes, asked.level)
    return needs


def agreed(asked: Asked, account: UUID, *, just_now: bool = False) -> bool:
    """Tell whether the person lets this client have what it asks, and is known to its sector."""
    if "consent" in asked.prompts and not just_now:
        return False
    known = pseudonyms.sub_of(account, asked.client.sector)
    return bool(known) and set(asked.scopes) <= pseudonyms.consented(account, asked.client.id)


def check_hint(asked: Asked, account: Account) -> None:
    """Raise ProtocolError when the client expects someone else than who is there."""
    expected = {asked.sub} if asked.sub else set()
    if asked.id_token_hint:
        expected.add(str((keys.read_own(asked.id_token_hint) or {}).get("sub")))
    if expected and expected != {pseudonyms.sub_of(account.id, asked.client.sector)}:
        raise ProtocolError("login_required", description="someone else is signed in")


def code_for(request: HttpRequest, asked: Asked, account: Account) -> str:
    """Return a code that answers the request. The person is there, recent and sure enough, and has agreed."""
    session = request.session
    axes = sessions.axes_of(session)
    place = UUID(session[open_sessions.ROW_KEY]["id"])
    sector, key = asked.client.sector, pseudonyms.secret()
    proved = int(sessions.proved_at(session) or session.get(OPENED_KEY, time.time()))
    told = rules.told_auth_time(key, sector, proved, now=int(time.time()), max_age=asked.max_age)
    answered = grants.Answered(
        account=account.id,
        sub=pseudonyms.sub_of(account.id, sector),
        session=place,
        sid=rules.sid(key, str(place), sector),
        acr=levels.level_of(axes),
        amr=levels.methods(sessions.proofs_of(session)),
        auth_time=told,
    )
    wanted = {
        "scopes": list(asked.scopes),
        "nonce": asked.nonce,
        "redirect_uri": asked.redirect_uri,
        "challenge": asked.challenge,
        "dpop_jkt": asked.dpop_jkt,
    }
    return grants.issue_code(client=asked.client, asked=wanted, answered=answered)
