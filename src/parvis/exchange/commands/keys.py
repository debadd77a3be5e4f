"""Keys of programs, as the platform's operator gives them: a credential and its rights are born together."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from parvis.access import commands as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import SYSTEM, Actor
from parvis.core.errors import DomainError
from parvis.exchange.commands.subscriptions import require_platform
from parvis.identity import commands as identity
from parvis.identity.commands import NewCredential

ROLES: dict[str, tuple[Action, ...]] = {
    "SI": (Action.CASE_READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS),
    "OSL": (Action.FOLDER_DEPOSIT, Action.FOLDER_READ),
    "ADMIN": (Action.PLATFORM_ADMINISTER, Action.MEMBERS_MANAGE),
}


def add_key(
    *, name: str, role: str, organisation: UUID, processes: Sequence[str] = (EVERY_PROCESS,), actor: Actor
) -> NewCredential:
    """Create a program's key with the rights of its role; the secret is shown this once. Operators only."""
    require_platform(actor)
    if role not in ROLES:
        raise DomainError("unknown_role", "Choisissez ce que le logiciel fera.", field="role")
    with transaction.atomic(durable=True):
        made = identity.register_client(name=name, scopes=[role], actor=actor)
        for process in processes:
            # The operator was checked above: it gives rights over organisations that it does not administer.
            access.grant(
                to=Actor("client", made.client),
                organisation=organisation,
                process=process,
                actions=ROLES[role],
                actor=SYSTEM,
            )
    return made


def rotate_key(*, client: UUID, actor: Actor) -> NewCredential:
    """Give a key a new secret; the former one works for seven days more. Operators only."""
    require_platform(actor)
    return identity.rotate_secret(client=client, actor=actor)


def revoke_key(*, client: UUID, actor: Actor) -> None:
    """Stop a key at once and for good. Operators only."""
    require_platform(actor)
    identity.revoke_client(client=client, actor=actor)
