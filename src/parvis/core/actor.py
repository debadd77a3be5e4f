"""Who acts. Every command takes one; the ledger writes it down."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from parvis.core.errors import RefusedError

ActorKind = Literal["account", "client", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a machine or the platform itself, possibly acting for an organisation.

    ``acting_for`` is the organisation on whose behalf the act is done (None for a citizen acting for themselves);
    ``label`` is a short name for people reading the journal, never used to decide anything. ``assurance`` is how sure
    the session is, on the three axes of `identity.assurance` (identity, authentication, link with an organisation).
    """

    kind: ActorKind
    id: UUID | None = None
    acting_for: UUID | None = None
    label: str = ""
    assurance: tuple[int, int, int] = (0, 0, 0)

    @property
    def person(self) -> UUID:
        """The account or client itself. Raise RefusedError for the platform and for visitors: they own nothing."""
        if self.id is None:
            raise RefusedError("sign_in_first", "Connectez-vous pour continuer.")
        return self.id

    @property
    def reference(self) -> str:
        """The stable form written in the journal, for example ``account:0190…``."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system", label="Parvis")
ANONYMOUS = Actor("anonymous")
