"""Which account a card opens, and whose it becomes."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, RefusedError
from parvis.identity.cards.checking import Card
from parvis.identity.cards.models import AgentCard
from parvis.identity.models import Account
from parvis.ledger import commands as ledger


def open_by_card(*, card: Card) -> Account:
    """Return the account that a card opens. A card never creates one: its holder links it first."""
    with transaction.atomic(durable=True):
        row = AgentCard.objects.select_related("account").filter(issuer=card.issuer, serial=card.serial).first()
        if row is None or row.sha256 != card.sha256:
            raise AbsentError(
                "card_unknown",
                "Cette carte n’ouvre aucun compte. Connectez-vous d’abord autrement, puis rattachez-la depuis "
                "« Vos moyens de connexion ».",
            )
        if not row.account.is_active:
            raise RefusedError(
                "account_closed", "Ce compte est fermé. Si vous pensez que c’est une erreur, écrivez à l’assistance."
            )
        AgentCard.objects.filter(id=row.id).update(used_at=now(), level=card.level)
        account = row.account
        ledger.record(
            actor=Actor("account", account.id, label=str(account)),
            action="account.signed_in",
            subject=f"account:{account.id}",
            details={"provider": "card", "level": card.level, "sha256": card.sha256},
            about=account.id,
        )
    return account


def link_card(*, card: Card, actor: Actor) -> None:
    """Let a card open the actor's own account. Again changes nothing; a card opens one account only."""
    try:
        with transaction.atomic():
            known = AgentCard.objects.filter(issuer=card.issuer, serial=card.serial).first()
            if known and (known.account_id != actor.person or known.sha256 != card.sha256):
                raise _taken()
            if known:
                return
            AgentCard.objects.create(
                account_id=actor.person,
                issuer=card.issuer,
                serial=card.serial,
                sha256=card.sha256,
                subject=card.subject,
                level=card.level,
                not_after=datetime.fromisoformat(card.not_after),
            )
            ledger.record(
                actor=actor,
                action="identity.linked",
                subject=f"account:{actor.person}",
                details={"provider": "card", "sha256": card.sha256, "issuer": card.issuer, "serial": card.serial},
                about=actor.person,
            )
    except IntegrityError as error:  # linked to another account at this very moment
        raise _taken() from error


def unlink_card(*, card: UUID, actor: Actor) -> None:
    """Keep a card from opening the actor's own account; the other ways in stay."""
    with transaction.atomic():
        owner = Account.objects.select_for_update().get(id=actor.person)
        row = AgentCard.objects.filter(id=card, account=owner).first()
        if row is None:
            raise AbsentError("unknown_card", "Cette carte n’est pas rattachée à votre compte.")
        if not (owner.has_usable_password() or owner.federated.exists()):
            raise ConflictError(
                "last_way_in",
                "C’est votre seul moyen de vous connecter : détachée, elle vous fermerait votre compte. "
                "Ajoutez d’abord un autre moyen de connexion.",
            )
        row.delete()
        ledger.record(
            actor=actor,
            action="identity.unlinked",
            subject=f"account:{owner.id}",
            details={"provider": "card", "sha256": row.sha256},
            about=owner.id,
        )


def _taken() -> ConflictError:
    return ConflictError(
        "card_linked_elsewhere",
        "Cette carte ouvre déjà un autre compte. Une carte est personnelle : elle n’ouvre qu’un compte.",
    )
