"""Circuits, absences, keys and people of an organisation."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.identity import queries as identity
from parvis.signing.enums import CertificateState, StepKind
from parvis.signing.models import Circuit, CircuitStep, Delegation, SigningCertificate, SigningKey

# Time enough to ask an authority for another one.
ENDS_SOON = timedelta(days=30)


def circuits_of(organisations: Iterable[UUID]) -> "QuerySet[Circuit]":
    """Return the circuits in use, with their steps."""
    steps = Prefetch("steps", CircuitStep.objects.select_related("officer", "organisation"))
    rows = Circuit.objects.filter(organisation_id__in=list(organisations), archived_at=None)
    return rows.select_related("organisation").prefetch_related(steps).order_by("organisation__name", "name")


def circuit_text(steps: Iterable[Any]) -> str:
    """Say a circuit in one line."""
    return " → ".join(f"{StepKind(step.kind).label} : {_who(step)}" for step in steps)


def _who(step: Any) -> str:
    who = str(step.officer) if step.officer else gettext("à choisir")
    return f"{who} ({step.organisation.name})" if step.organisation else who


def usable_circuits_of(organisations: Iterable[UUID]) -> "QuerySet[Circuit]":
    """Return the circuits that take documents: in use, and every partner has said who answers."""
    return circuits_of(organisations).exclude(steps__officer=None)


def partner_steps_of(organisations: Iterable[UUID]) -> "QuerySet[CircuitStep]":
    """Return the steps that other organisations' circuits in use ask of these ones."""
    rows = CircuitStep.objects.filter(organisation_id__in=list(organisations), circuit__archived_at=None)
    return rows.select_related("circuit__organisation", "organisation", "officer").order_by("circuit__name", "position")


def absences_of(actor: Actor) -> "QuerySet[Delegation]":
    """Return someone's absences that are not over."""
    moment = now()
    rows = Delegation.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=moment), officer_id=actor.person, ends_at__gt=moment
    )
    return rows.select_related("delegate", "organisation").order_by("starts_at")


def officers_of(organisation: UUID, action: Action) -> list[tuple[UUID, str]]:
    """Return the people who hold a right for an organisation, by name."""
    able = access.who(action, access.Thing(organisation, EVERY_PROCESS))
    people = (identity.account(one.id) for one in able if one.kind == "account" and not one.for_mandant)
    return sorted(((one.id, str(one)) for one in people if one), key=lambda pair: pair[1])


def certificates_of(organisations: Iterable[UUID]) -> "QuerySet[SigningCertificate]":
    """Return the certificates of organisations, newest first."""
    rows = SigningCertificate.objects.filter(key__organisation_id__in=list(organisations))
    return rows.select_related("key__holder", "key__organisation").order_by("-id")


def keys_of(organisations: Iterable[UUID]) -> "QuerySet[SigningKey]":
    """Return the keys of organisations by holder, each with ``in_service``: its active certificate, or none."""
    active = Prefetch(
        "certificates", SigningCertificate.objects.filter(state=CertificateState.ACTIVE), to_attr="in_service"
    )
    rows = SigningKey.objects.filter(organisation_id__in=list(organisations)).select_related("holder", "organisation")
    return rows.prefetch_related(active).order_by("holder__last_name", "holder__first_name", "id")


def ending_certificate(actor: Actor) -> SigningCertificate | None:
    """Return one's own certificate that ends soon or has ended, if one is in service."""
    rows = SigningCertificate.objects.filter(
        key__holder_id=actor.person, state=CertificateState.ACTIVE, ends_at__lte=now() + ENDS_SOON
    )
    return rows.order_by("ends_at").first()
