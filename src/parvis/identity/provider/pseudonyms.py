"""Linking a person to a town and unlinking them: a random pseudonym a sector, and a consent a client."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError
from parvis.identity.models import Account
from parvis.identity.provider import grants, notices, rules
from parvis.identity.provider.models import Consent, Pseudonym, RelyingParty
from parvis.identity.provider.words import PseudonymState
from parvis.ledger import commands as ledger


def secret() -> str:
    """The key of what is derived from a session: sector names of sessions, and the moments told of them."""
    return f"parvis.provider.sector:{settings.SECRET_KEY}"


def sub_of(account: UUID, sector: str) -> str:
    """Return how a sector knows a person, empty when it does not."""
    row = Pseudonym.objects.filter(account_id=account, sector=sector, state=PseudonymState.LINKED).first()
    return row.sub if row else ""


def consented(account: UUID, client: UUID) -> set[str]:
    """Return the scopes that a person lets a client have now."""
    row = Consent.objects.filter(account_id=account, client_id=client, withdrawn_at=None).first()
    return set(row.scopes) if row else set()


def link(*, client: UUID, scopes: Sequence[str], actor: Actor) -> str:
    """Write down the person's own consent and return how the client's sector knows them from now on."""
    with transaction.atomic():
        person = Account.objects.select_for_update().get(id=actor.person)  # two consents at once make one pseudonym
        party = RelyingParty.objects.get(id=client)
        former = consented(person.id, party.id)
        agreed = sorted(former | set(scopes))
        Consent.objects.filter(account=person, client=party, withdrawn_at=None).update(withdrawn_at=now())
        consent = Consent.objects.create(account=person, client=party, scopes=agreed, purpose=party.purpose)
        pseudonym, is_new = Pseudonym.objects.get_or_create(
            account=person, sector=party.sector, state=PseudonymState.LINKED, defaults={"sub": rules.new_sub()}
        )
        pseudonym.consent = consent
        pseudonym.save(update_fields=("consent",))
        ledger.record(
            actor=actor,
            action="provider.consented",
            subject=f"relying_party:{party.id}",
            purpose=party.purpose[:200],
            details={"scopes": agreed, "name": party.name},
            about=person.id,
        )
        if is_new:
            ledger.record(actor=actor, action="provider.linked", subject=f"relying_party:{party.id}", about=person.id)
    return pseudonym.sub


def unlink(*, sector: str, actor: Actor) -> None:
    """Cut the person's own link with a sector: tokens die, its sites are told, the pseudonym is never given again.

    Raise AbsentError when there is no such link.
    """
    with transaction.atomic():
        person = Account.objects.select_for_update().get(id=actor.person)
        row = Pseudonym.objects.filter(account=person, sector=sector, state=PseudonymState.LINKED).first()
        if row is None:
            raise AbsentError("not_linked", "Ce site n’est pas relié à votre compte, ou ne l’est plus.")
        parties = list(RelyingParty.objects.filter(sector=sector))
        for party in parties:
            notices.tell(account=person.id, client=party, sub=row.sub, sid="", why="unlinked")
        grants.revoke_all_of_person(person.id, [party.id for party in parties])
        Consent.objects.filter(account=person, client__in=parties, withdrawn_at=None).update(withdrawn_at=now())
        row.state, row.unlinked_at = PseudonymState.UNLINKED, now()
        row.save(update_fields=("state", "unlinked_at"))
        ledger.record(
            actor=actor,
            action="provider.unlinked",
            subject=f"sector:{sector}",
            details={"names": [party.name for party in parties]},
            about=person.id,
        )
