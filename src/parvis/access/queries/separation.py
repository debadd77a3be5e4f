"""Separation of duties: who prepared does not sign, and other pairs that an organisation chooses."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from parvis.access.enums import EVERY_PROCESS, Action, SeparationKind
from parvis.access.models import SeparationRule
from parvis.core.actor import Actor

DEFAULT_PAIRS = ((Action.ACT_PREPARE, Action.ACT_SIGN),)
"""On one object, everywhere; the rows of `SeparationRule` add others."""


def opposites(action: str, organisation: UUID, process: str) -> set[str]:
    """Return the actions that whoever does this one may not have done on the same object. One query."""
    return _others(action, [*DEFAULT_PAIRS, *_pairs(SeparationKind.OBJECT, organisation, process)])


def forbids(actor: Actor, action: str, organisation: UUID, process: str, authors: Mapping[str, UUID | None]) -> bool:
    """Tell whether the actor did on this object what keeps them from doing this."""
    mine = {done for done, author in authors.items() if author == actor.person}
    return bool(mine) and bool(mine & opposites(action, organisation, process))


def keeps_people_apart(organisation: UUID) -> bool:
    """Tell whether some pair of rights may not be held by one person there. One query."""
    here = Q(organisation=None) | Q(organisation=organisation)
    return SeparationRule.objects.filter(here, kind=SeparationKind.PERSON).exists()


def joined(actions: Iterable[str], organisation: UUID, process: str) -> tuple[str, str] | None:
    """Return two of these actions that one person may not hold together there, None when there are none. One query."""
    held = set(actions)
    return next((pair for pair in _pairs(SeparationKind.PERSON, organisation, process) if held >= set(pair)), None)


def rules_everywhere() -> list[tuple[UUID | None, str, str, str]]:
    """Return the object rules as (organisation or None, process or ``*``, first, second), the defaults included."""
    rows = SeparationRule.objects.filter(kind=SeparationKind.OBJECT)
    kept = list(rows.values_list("organisation_id", "process_code", "first", "second"))
    return [*((None, EVERY_PROCESS, str(first), str(second)) for first, second in DEFAULT_PAIRS), *kept]


def _pairs(kind: str, organisation: UUID, process: str) -> list[tuple[str, str]]:
    here = Q(organisation=None) | Q(organisation=organisation)
    codes = {process, EVERY_PROCESS}
    # A right on every process meets each of them.
    on_process = Q() if process == EVERY_PROCESS else Q(process_code__in=codes)
    rows = SeparationRule.objects.filter(here, on_process, kind=kind)
    return list(rows.values_list("first", "second"))


def _others(action: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    return {second if first == action else first for first, second in pairs if action in (first, second)}
