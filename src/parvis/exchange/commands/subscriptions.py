"""Who receives what: a subscription is asked for, validated or refused, activated, suspended.

Life (HubEE's guide): asked → « Inactif » → validated by the depositor → activated by the subscriber, who chooses how it
takes its cases → « Actif » → « Suspendu ». A refused one is kept, with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import Validation
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.exchange.commands.subscription_mails import tell_operator, tell_subscriber
from parvis.exchange.enums import AccessMode, MailFrequency, SubscriptionState
from parvis.exchange.models import Subscription
from parvis.exchange.queries.parties import platform_depositor
from parvis.ledger import commands as ledger


class SubscriptionExistsError(ConflictError):
    """An organisation subscribes once to a process."""


@dataclass(frozen=True, slots=True)
class Reception:
    """How a subscriber takes its cases: through which door, and who is written to, how often."""

    mode: str = AccessMode.PORTAL
    emails: Sequence[str] = ()
    frequency: str = MailFrequency.EACH


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """What a subscriber asks for, and who answers for it."""

    subscriber: UUID
    process: str
    reception: Reception = field(default_factory=Reception)
    datapass_id: int | None = None
    local_administrator: Mapping[str, str] = field(default_factory=dict)
    delegation_email: str = ""


def require_platform(actor: Actor) -> tuple[UUID, ...]:
    """Return the grants of a platform administrator, or raise RefusedError."""
    if actor.kind == "system":
        return ()
    return access.require(actor, Action.PLATFORM_ADMINISTER, organisation=platform_depositor(), process="*").grants


def subscribe(
    *,
    subscriber: UUID,
    process: str,
    actor: Actor,
    access_mode: AccessMode = AccessMode.PORTAL,
    emails: Sequence[str] = (),
) -> UUID:
    """Let an organisation receive a process at once, as an administrator of both sides does.

    Doing it again changes the mode and the addresses.
    """
    access.require(actor, Action.MEMBERS_MANAGE, organisation=subscriber, process=process)
    _require_process(process)
    with transaction.atomic():
        row, _ = Subscription.objects.update_or_create(
            subscriber_id=subscriber,
            process_id=process,
            defaults={
                "access_mode": access_mode,
                "emails": list(emails),
                "state": SubscriptionState.ACTIVE,
                "activated_at": now(),
                "updated_at": now(),
            },
        )
        _record(row, actor, "subscription.activated")
    return row.id


def request_subscription(*, wanted: SubscriptionRequest, actor: Actor) -> Subscription:
    """Ask to receive a process. It is inactive until its subscriber activates it, after validation where one is due."""
    if not access.may(actor, Action.MEMBERS_MANAGE, organisation=wanted.subscriber, process=wanted.process).allowed:
        require_platform(actor)
    facts = _require_process(wanted.process)
    row = Subscription(
        subscriber_id=wanted.subscriber,
        process_id=wanted.process,
        state=SubscriptionState.INACTIVE,
        access_mode="",
        emails=list(wanted.reception.emails),
        frequency=wanted.reception.frequency,
        datapass_id=wanted.datapass_id,
        local_administrator=dict(wanted.local_administrator),
        delegation_email=wanted.delegation_email,
        validated_at=now() if facts.validation == Validation.AUTO else None,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(row, actor, "subscription.requested")
            tell_subscriber(row, "validated" if row.validated_at else "requested")
            if row.validated_at is None:
                tell_operator(row)
    except IntegrityError as error:
        raise SubscriptionExistsError(
            "subscription_exists", "Cette organisation est déjà abonnée à cette démarche.", field="processCode"
        ) from error
    return row


def validate_subscription(*, subscription_id: UUID, actor: Actor) -> None:
    """Accept a request, as the platform or the depositor. Again changes nothing."""
    require_platform(actor)
    with transaction.atomic(durable=True):
        row = locked_subscription(subscription_id)
        if row.validated_at is None:
            row.validated_at, row.rejected_at, row.rejection_reason = now(), None, ""
            _save(row, SubscriptionState.INACTIVE)
            _record(row, actor, "subscription.validated")
            tell_subscriber(row, "validated")


def reject_subscription(*, subscription_id: UUID, reason: str, actor: Actor) -> None:
    """Refuse a request. The reason is shown to who asked."""
    require_platform(actor)
    if not reason.strip():
        raise DomainError("reason_missing", "Expliquez pourquoi la demande est refusée.", field="reason")
    with transaction.atomic(durable=True):
        row = locked_subscription(subscription_id)
        if row.state == SubscriptionState.ACTIVE:
            raise ConflictError("already_active", "Cet abonnement est actif : suspendez-le d’abord.")
        row.rejected_at, row.rejection_reason = now(), reason.strip()[:1000]
        _save(row, SubscriptionState.REFUSED)
        _record(row, actor, "subscription.rejected")
        tell_subscriber(row, "rejected")


def activate_subscription(*, subscription_id: UUID, reception: Reception, actor: Actor) -> None:
    """Start receiving, through the chosen door. Also changes the door of an active one: nothing is frozen."""
    with transaction.atomic(durable=True):
        row = locked_subscription(subscription_id)
        require_subscriber(row, actor)
        waiting = row.validated_at is None and row.state != SubscriptionState.ACTIVE
        if row.state == SubscriptionState.REFUSED or waiting:
            raise ConflictError(
                "not_validated", "Cet abonnement n’est pas encore validé. Vous serez prévenu dès qu’il le sera."
            )
        is_new = row.state != SubscriptionState.ACTIVE
        row.access_mode, row.emails, row.frequency = reception.mode, list(reception.emails), reception.frequency
        row.activated_at = row.activated_at or now()
        row.ended_at = None
        _save(row, SubscriptionState.ACTIVE)
        _record(row, actor, "subscription.activated")
        if is_new:
            tell_subscriber(row, "activated")


def suspend_subscription(*, subscription_id: UUID, actor: Actor) -> None:
    """Stop receiving new folders; cases already received can be finished."""
    with transaction.atomic(durable=True):
        row = locked_subscription(subscription_id)
        require_subscriber(row, actor)
        if row.state == SubscriptionState.ACTIVE:
            row.ended_at = now()
            _save(row, SubscriptionState.SUSPENDED)
            _record(row, actor, "subscription.suspended")
            tell_subscriber(row, "suspended")


def apply_subscription(*, subscription_id: UUID, state: str, reception: Reception, reason: str, actor: Actor) -> None:
    """Bring a subscription to a state given as a whole, as the platform's administration does (HubEE's PUT)."""
    if state == SubscriptionState.ACTIVE:
        validate_subscription(subscription_id=subscription_id, actor=actor)
        activate_subscription(subscription_id=subscription_id, reception=reception, actor=actor)
    elif state == SubscriptionState.SUSPENDED:
        suspend_subscription(subscription_id=subscription_id, actor=actor)
    elif state == SubscriptionState.REFUSED:
        reject_subscription(subscription_id=subscription_id, reason=reason, actor=actor)
    elif state == SubscriptionState.INACTIVE:
        validate_subscription(subscription_id=subscription_id, actor=actor)
    else:
        raise DomainError("unknown_state", "Cet état d’abonnement n’existe pas.", field="status")


def require_subscriber(row: Subscription, actor: Actor) -> None:
    """Refuse who administers neither the subscriber nor the platform."""
    mine = access.may(actor, Action.MEMBERS_MANAGE, organisation=row.subscriber_id, process=row.process_id)
    if not mine.allowed:
        require_platform(actor)


def _require_process(code: str) -> catalogue.ProcessFacts:
    facts = catalogue.process(code)
    if facts is None:
        raise DomainError(
            "unknown_process", "La démarche « %(code)s » n’existe pas.", field="process", params={"code": code}
        )
    return facts


def locked_subscription(subscription_id: UUID) -> Subscription:
    """Return a subscription, locked until the transaction ends. Raise AbsentError."""
    row = Subscription.objects.select_for_update().filter(id=subscription_id).first()
    if row is None:
        raise AbsentError("unknown_subscription", "Cet abonnement n’existe pas.")
    return row


def _save(row: Subscription, state: SubscriptionState) -> None:
    row.state, row.updated_at = state, now()
    row.save()


def _record(row: Subscription, actor: Actor, action: str) -> None:
    ledger.record(
        actor=actor,
        action=action,
        subject=f"subscription:{row.id}",
        details={"organisation": str(row.subscriber_id), "process": row.process_id, "mode": row.access_mode},
    )
