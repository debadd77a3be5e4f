"""Who calls, and which organisations they name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, Problems
from parvis.directory import queries as directory
from parvis.exchange.api.shapes import OrganisationRef

ACTING_FOR = "Parvis-Acting-For"


def actor_of(request: HttpRequest) -> Actor:
    """Return the machine that the token names (set by the API's authentication).

    An editor's program says under whose mandate it acts by ``Parvis-Acting-For: SIRET`` (or ``SIRET-branch``): the
    journal then names both. Raise AbsentError for an organisation that is not in the directory.
    """
    actor: Actor = request.auth  # type: ignore[attr-defined]
    named = request.headers.get(ACTING_FOR, "")
    if not named:
        return actor
    siret, _, branch = named.partition("-")
    mandant = directory.organisation_named(siret, branch)
    if mandant is None:
        raise AbsentError("unknown_organisation", "L’organisme de l’en-tête Parvis-Acting-For n’est pas connu.")
    return replace(actor, acting_for=mandant.id)


def reference(row: Any) -> OrganisationRef:
    """Return how the API names an organisation."""
    return OrganisationRef(siret=row.siret, branch=row.branch_code)


def resolve(refs: list[OrganisationRef]) -> list[UUID]:
    """Return the organisations' ids, or refuse with every one that is unknown. One query for all of them."""
    return resolved(refs, directory.organisations_for([(ref.siret, ref.branch) for ref in refs]))


def resolved(refs: Sequence[OrganisationRef], known: Mapping[tuple[str, str], UUID]) -> list[UUID]:
    """Return the ids of organisations already read, or refuse with every one that is unknown."""
    problems = Problems()
    for ref in refs:
        if (ref.siret, ref.branch) not in known:
            problems.add(
                "unknown_organisation",
                "Aucune organisation ne porte le SIRET %(siret)s et le code %(branch)s. Vérifiez-les.",
                field="recipients",
                params={"siret": ref.siret, "branch": ref.branch},
            )
    problems.refuse_if_any()
    return [known[ref.siret, ref.branch] for ref in refs]
