"""What travels between the two hosts, which share no cookie: a demand, then what was read, each signed and short-lived.

The main host puts a number in the browser's session and sends it, signed, to the card's host. That host answers with
what it read, signed with the number. The main host believes it once, in the session that holds the number.
"""

import time
from dataclasses import asdict
from hmac import compare_digest
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing

from parvis.identity import rules
from parvis.identity.cards.checking import Card

KEY = "card_demand"
DEMAND_SECONDS, ANSWER_SECONDS = 10 * 60, 60
_DEMAND, _ANSWER = "parvis.card.demand", "parvis.card.answer"


def demand(session: SessionBase, *, link: bool, next_page: str) -> str:
    """Begin: remember what is wanted in this session, and return what to send to the card's host."""
    number = rules.new_secret()
    session[KEY] = {"number": number, "link": link, "next": next_page, "at": time.time()}
    return signing.dumps(number, salt=_DEMAND)


def demanded(ticket: str) -> str:
    """Return the number of a demand of ours; empty when it is none, or too old."""
    try:
        return str(signing.loads(ticket, salt=_DEMAND, max_age=DEMAND_SECONDS))
    except signing.BadSignature:
        return ""


def answer(number: str, found: Card | str) -> str:
    """Write what was read: a card, or the code of a refusal."""
    said = found if isinstance(found, str) else asdict(found)
    return signing.dumps({"number": number, "found": said}, salt=_ANSWER, compress=True)


def take(session: SessionBase, ticket: str) -> tuple[dict[str, Any], Card | str] | None:
    """Return what this session wanted and what was read, once; None for anything else."""
    wanted = session.pop(KEY, None)
    try:
        said = signing.loads(ticket, salt=_ANSWER, max_age=ANSWER_SECONDS)
    except signing.BadSignature:
        return None
    if not wanted or time.time() - wanted["at"] > DEMAND_SECONDS:
        return None
    if not compare_digest(str(wanted["number"]), str(said["number"])):
        return None
    found = said["found"]
    return wanted, found if isinstance(found, str) else Card(**found)
