"""Sites that rely on Parvis to know who is there, as the platform's operator registers them."""

from uuid import UUID

from parvis.core.actor import Actor
from parvis.exchange.commands.subscriptions import require_platform
from parvis.identity import commands as identity
from parvis.identity.commands import Registered, Registration


def add_site(*, wanted: Registration, actor: Actor) -> Registered:
    """Register a town's site; its secret, if it has one, is shown this once. Operators only."""
    require_platform(actor)
    return identity.register_relying_party(wanted=wanted, actor=actor)


def renew_site(*, site: UUID, actor: Actor) -> Registered:
    """Give a site a new secret; the former one stops at once. Operators only."""
    require_platform(actor)
    return identity.renew_relying_party(client=site, actor=actor)


def revoke_site(*, site: UUID, actor: Actor) -> None:
    """Stop a site for good: everything issued to it dies. Operators only."""
    require_platform(actor)
    identity.revoke_relying_party(client=site, actor=actor)
