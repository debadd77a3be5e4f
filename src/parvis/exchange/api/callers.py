"""Who calls, and which organisations they name."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from parvis.core.actor import Actor
from parvis.core.errors import Problems
from parvis.directory import queries as directory
from parvis.exchange.api.shapes import OrganisationRef


def actor_of(request: HttpRequest) -> Actor:
    """Return the machine that the token names (set by the API's authentication)."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


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
