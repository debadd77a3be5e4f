"""What the pages of linked towns need on the stage: a town, a person linked to it, requests waiting for an answer."""

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from parvis.core.actor import Actor
from parvis.identity.models import Account, FederatedIdentity
from parvis.identity.provider import notices, pseudonyms, waiting
from parvis.identity.provider.models import RelyingParty, Told
from parvis.identity.provider.registry import Registered
from tests.support import town


def linked(account: Account) -> RelyingParty:
    """Register a town, and link this person to it: it has received an address, and was told of a sign-out."""
    made = town.registered(backchannel_logout_uri="https://rennes.example/fin")
    client = RelyingParty.objects.get(id=made.id)
    actor = Actor("account", account.id)
    sub = pseudonyms.link(client=client.id, scopes=["openid", "email", "offline_access"], actor=actor)
    for claim in ("sub", "email"):
        Told.objects.create(account=account, client=client, claim=claim)
    with transaction.atomic():
        notices.tell(account=account.id, client=client, sub=sub, sid="", why="signed_out")
    former = town.registered("Brest")
    pseudonyms.link(client=former.id, scopes=["openid"], actor=actor)
    pseudonyms.unlink(sector="brest", actor=actor)
    return client


def waits(session: SessionBase, client: RelyingParty, **changed: str) -> str:
    """Put a request of the town in this session and return the step of the address of its page."""
    params = town.Town(Registered(client.id, client.client_id)).params(**changed)
    return waiting.put(session, params, pushed=False)


def federated(person: Account) -> str:
    """Let FranceConnect open this account, and return the id of the identity."""
    row = FederatedIdentity.objects.create(
        account=person, provider="franceconnect", kind="franceconnect", issuer="https://franceconnect.example", sub="s"
    )
    return str(row.id)
