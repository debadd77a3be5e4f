"""The world of the benches: that of the demo, and a machine that may deposit for the platform's operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from parvis.cli.demo import world as demo

PROCESS = demo.PROCESS
DEPOSITOR = {"siret": demo.OPERATOR_SIRET, "branch": "00000"}
RECIPIENT = {"siret": demo.TOWNS[0][2], "branch": demo.TOWNS[0][0]}
CITIZEN = demo.PEOPLE["citizen"][0]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine client, signed in for an hour."""

    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What its requests carry."""
        return {"Authorization": f"Bearer {self.token}"}


def load(data_dir: Path) -> None:
    """Create communes, processes, organisations and people."""
    demo.load(data_dir / "keys" / "bench-software.json")


def depositing_machine() -> Machine:
    """Register a machine that may deposit for the platform's operator, and sign it in."""
    return _machine("Logiciel déposant", "OSL", (demo.OPERATOR_SIRET, "00000"), demo.DEPOSIT)


def receiving_machine() -> Machine:
    """Register a machine that may take the cases of the first town, and sign it in."""
    return _machine("Logiciel de mairie", "SI", (RECIPIENT["siret"], RECIPIENT["branch"]), demo.TREAT)


def _machine(name: str, role: str, owner: tuple[str, str], actions: Sequence[str]) -> Machine:
    from parvis.access import commands as access  # noqa: PLC0415 - Django must be ready
    from parvis.access.enums import Action  # noqa: PLC0415 - same
    from parvis.core.actor import SYSTEM, Actor  # noqa: PLC0415 - same
    from parvis.directory import queries as directory  # noqa: PLC0415 - same
    from parvis.identity import commands as identity  # noqa: PLC0415 - same
    from parvis.identity.enums import Scope  # noqa: PLC0415 - same

    organisation = directory.organisation_for(*owner)
    if organisation is None:
        raise RuntimeError("load the world first")
    made = identity.register_client(name=name, scopes=[Scope(role)], actor=SYSTEM)
    rights = [Action[action] for action in actions]
    access.grant(to=Actor("client", made.client), organisation=organisation.id, actions=rights, actor=SYSTEM)
    return Machine(identity.issue_token(client_id=made.client_id, secret=made.secret, scope="").token)
