"""Reads of the identity context."""

import json
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings as django_settings
from django.db.models import QuerySet
from django.http import HttpRequest

from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.identity import assurance, rules
from parvis.identity.assurance import EVERY_SERVICE, AssuranceNeededError, Need
from parvis.identity.cards import settings as cards
from parvis.identity.cards.models import AgentCard
from parvis.identity.federation import sessions, settings
from parvis.identity.federation.providers import Audience, Provider
from parvis.identity.models import AccessToken, Account, AssurancePolicy, FederatedIdentity, MachineClient
from parvis.identity.provider import bearers, waiting
from parvis.identity.provider.errors import ProtocolError
from parvis.identity.provider.models import RelyingParty

ACTING_FOR = "acting_for"
"""Where a session keeps the organisation that its person acts for, under a mandate (`access.commands.act_for`)."""
SUREST = assurance.Axes(3, 3, 2)
"""What every session is taken for where nothing is asked (`ASSURANCE_ENFORCED`)."""

# At every call of a machine: by hand, see `core.sql`.
_CALLER = """
SELECT client.id, client.name, token.scope, token.bound_to
FROM identity_accesstoken token JOIN identity_machineclient client ON client.id = token.client_id
WHERE token.digest = %(digest)s AND token.expires_at > %(now)s
AND client.revoked_at IS NULL AND client.suspended_at IS NULL
"""


def actor_of_token(token: str) -> Actor | None:
    """Return the machine that holds a live token, or None. One query. See `caller_of_token`."""
    caller = caller_of_token(token)
    return caller[0] if caller else None


def caller_of_token(token: str) -> tuple[Actor, str] | None:
    """Return the machine that holds a live token and the role it asked for, or None. One query.

    A token bound to a key or a certificate is nothing without the request that proves it: see `caller_of`.
    """
    found = _holder(token)
    return found[:2] if found and not found[2] else None


def caller_of(request: HttpRequest) -> tuple[Actor, str] | None:
    """Return the machine that holds the live token of a request and the role it asked for, or None. One query."""
    try:
        scheme, token = bearers.shown(request)
        found = _holder(token) if scheme in ("bearer", "dpop") and token else None
        possessed = found is not None and bearers.is_possessed(request, scheme, token, found[2])
    except ProtocolError:  # a bad proof, or a token in the address: the API answers 401 whatever it is
        return None
    return found[:2] if found and possessed else None


def _holder(token: str) -> tuple[Actor, str, dict[str, str]] | None:
    """Return the machine, its role, and what the token is bound to."""
    found = sql.fetch(_CALLER, {"digest": rules.digest(token), "now": now()})
    if not found:
        return None
    ((client, name, scope, bound_to),) = found
    return Actor("client", client, label=name), scope, json.loads(bound_to) if bound_to else {}


def bound_token(token: str) -> AccessToken | None:
    """Return a live token of a machine that may still call, or None."""
    return AccessToken.objects.filter(
        digest=rules.digest(token), expires_at__gt=now(), client__revoked_at=None, client__suspended_at=None
    ).first()


def relying_parties() -> "QuerySet[RelyingParty]":
    """Return every site registered with us, newest first."""
    return RelyingParty.objects.order_by("-created_at")


def form_targets(request: HttpRequest) -> list[str]:
    """Return the origins of towns that a form of this session may lead to in the end. No SQL of its own."""
    return waiting.form_targets(request)


def account(account_id: UUID) -> Account | None:
    """Return an account, or None."""
    return Account.objects.filter(id=account_id).first()


def account_by_email(email: str) -> Account | None:
    """Return the account that signs in with this address, or None."""
    return Account.objects.filter(email=email.strip().lower()).first()


def actor_of(account: Account, *, acting_for: UUID | None = None) -> Actor:
    """Return the actor that a signed-in person is."""
    return Actor("account", account.id, acting_for=acting_for, label=str(account))


def actor_of_request(request: HttpRequest) -> Actor:
    """Return who is signed in, for whom they chose to act in this session, and how sure it is. One query at most."""
    axes = sessions.axes_of(request.session) if django_settings.ASSURANCE_ENFORCED else SUREST
    chosen = request.session.get(ACTING_FOR)
    return Actor(
        "account",
        request.user.pk,
        acting_for=UUID(chosen) if chosen else None,
        label=str(request.user),
        assurance=(axes.identity, axes.authentication, axes.organisation),
    )


def sign_in_choices() -> dict[str, list[Provider]]:
    """Return the providers of the sign-in page, by who they are for. No SQL."""
    known = settings.providers()
    return {audience: [one for one in known if one.profile.audience == audience] for audience in Audience}


def cards_offered() -> bool:
    """Tell whether agents' cards open accounts here. No SQL."""
    return cards.is_offered()


def cards_of(account_id: UUID) -> list[AgentCard]:
    """Return the cards that open this account, oldest first."""
    return list(AgentCard.objects.filter(account_id=account_id).order_by("linked_at"))


def identities_of(account_id: UUID) -> list[FederatedIdentity]:
    """Return what providers know this person by, oldest first."""
    return list(FederatedIdentity.objects.filter(account_id=account_id).order_by("linked_at"))


def machine_clients() -> "QuerySet[MachineClient]":
    """Return every key of a program, newest first."""
    return MachineClient.objects.order_by("-id")


def need_of(action: str, service: str = EVERY_SERVICE) -> Need:
    """Return what an action of a service asks of a session: its own policy and that of every service. One query."""
    rows = AssurancePolicy.objects.filter(action=action, service__in={service, EVERY_SERVICE})
    chosen = {row.service: Need(row.min_identity, row.min_authn, row.min_org, row.max_auth_age_s) for row in rows}
    need = Need()
    for name in {service, EVERY_SERVICE}:
        need = need.and_also(chosen.get(name) or assurance.DEFAULTS.get((name, action), Need()))
    return need


def policies() -> list[tuple[str, str, Need, bool]]:
    """Return every (service, action, need, whether an operator chose it), defaults included."""
    rows = {
        (row.service, row.action): Need(row.min_identity, row.min_authn, row.min_org, row.max_auth_age_s)
        for row in AssurancePolicy.objects.all()
    }
    return [(*key, need, key in rows) for key, need in sorted((dict(assurance.DEFAULTS) | rows).items())]


def assurance_missing(request: HttpRequest, action: str, service: str = EVERY_SERVICE) -> dict[str, int]:
    """Return what this session lacks for an action, empty when it may go on."""
    session = request.session
    return assurance.missing(sessions.axes_of(session), need_of(action, service), sessions.own_proof_age(session))


def require_assurance(request: HttpRequest, action: str, service: str = EVERY_SERVICE) -> None:
    """Let a sure enough session go on, or raise AssuranceNeededError: the person is asked for more, then resumes."""
    if django_settings.ASSURANCE_ENFORCED and (needs := assurance_missing(request, action, service)):
        raise AssuranceNeededError(action, service, needs)


def names_of(accounts: Iterable[UUID]) -> dict[UUID, str]:
    """Return how people read each of these accounts and programs: a name, else an address. Two queries."""
    ids = list(accounts)
    people = {row.id: str(row) for row in Account.objects.filter(id__in=ids)}
    return people | dict(MachineClient.objects.filter(id__in=ids).values_list("id", "name"))
