"""Organisations, as the platform's operator registers them, corrects them and closes them."""

from uuid import UUID

from parvis.core.actor import Actor
from parvis.directory import commands as directory
from parvis.directory.enums import OrganisationKind, OrganisationState
from parvis.exchange.commands.subscriptions import require_platform


def add_organisation(
    *, kind: OrganisationKind, name: str, siret: str, branch: str, commune: str, email: str, actor: Actor
) -> UUID:
    """Register an organisation. Operators only; refusals are those of `directory.commands.register_organisation`."""
    require_platform(actor)
    row = directory.register_organisation(
        kind=kind, name=name, siret=siret, branch_code=branch, commune_code=commune, email=email, actor=actor
    )
    return row.id


def correct_organisation(*, organisation: UUID, name: str, email: str, actor: Actor) -> None:
    """Correct a name or an address. Operators only."""
    require_platform(actor)
    directory.update_organisation(organisation_id=organisation, name=name, email=email, actor=actor)


def set_organisation_state(*, organisation: UUID, state: OrganisationState, actor: Actor) -> None:
    """Close an organisation (it receives nothing new and its rights stop) or open it again. Operators only."""
    require_platform(actor)
    directory.update_organisation(organisation_id=organisation, state=state, actor=actor)
