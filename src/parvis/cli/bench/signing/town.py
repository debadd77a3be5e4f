"""A town hall that signs, in the bench's own installation: its people, a circuit, a key, and the signer."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import transaction

from parvis.access import commands as access
from parvis.access.enums import Action
from parvis.cli.bench.signing.material import answer
from parvis.core.actor import SYSTEM, Actor
from parvis.core.ids import new_id
from parvis.directory import commands as directory
from parvis.directory.enums import OrganisationKind
from parvis.documents import commands as documents
from parvis.identity import commands as identity
from parvis.identity import queries as accounts
from parvis.signing import commands
from parvis.signing.enums import StepKind
from parvis.signing.keys import places
from parvis.signing.keys.authority import KeyKind

_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Town:
    """Who signs, and where."""

    organisation: UUID
    circuit: UUID
    clerk: Actor
    mayor: Actor

    def confirmed(self, count: int) -> UUID:
        """Submit so many answers, freeze and confirm them; return the batch, which nobody has signed yet."""
        with transaction.atomic():
            made = [
                commands.Submission("Réponse", "r.pdf", documents.keep_bytes(answer(number)), new_id().hex)
                for number in range(count)
            ]
            items = commands.submit_many(
                organisation=self.organisation, circuit=self.circuit, source="bench", submissions=made, actor=self.clerk
            )
        batch = commands.freeze_batch(organisation=self.organisation, items=items, actor=self.mayor)
        digest = _digest(batch, self.mayor)
        commands.confirm_batch(batch_id=batch, digest=digest, actor=self.mayor)
        return batch


def _digest(batch: UUID, mayor: Actor) -> bytes:
    from parvis.signing import queries  # noqa: PLC0415 - of this function only

    return bytes(queries.batch_of(batch, mayor).digest)


def build() -> Town:
    """Create the town. The signer is running."""
    organisation = directory.register_organisation(
        kind=OrganisationKind.OPERATOR, name="Mairie de l’essai", siret="13002603200016", actor=SYSTEM
    ).id
    clerk, mayor = (
        _person(name, organisation, action)
        for name, action in (("greffe", Action.ACT_PREPARE), ("maire", Action.ACT_SIGN))
    )
    steps = [commands.NewStep(StepKind.SIGNATURE, mayor.person)]
    circuit = commands.create_circuit(organisation=organisation, name="Direct", steps=steps, actor=SYSTEM)
    commands.open_key(organisation=organisation, holder=mayor.person, kind=KeyKind.P256, actor=SYSTEM)
    return Town(organisation, circuit, clerk, mayor)


def _person(name: str, organisation: UUID, action: Action) -> Actor:
    account = identity.register_account(
        email=f"{name}@bench.example", password=new_id().hex, first_name=name, last_name="Essai", actor=SYSTEM
    )
    actor = accounts.actor_of(account)
    access.grant(to=actor, organisation=organisation, actions=[action], actor=SYSTEM)
    return actor


@contextmanager
def signer(data: Path) -> Iterator[None]:
    """Run the signer, with keys in files."""
    command = [sys.executable, "-m", "parvis", "signer"]
    environment = os.environ | {"PARVIS_SIGNER_FILES": "1"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ourselves
        try:
            deadline = time.monotonic() + _START_SECONDS
            while not places.socket_path(data).exists():
                if time.monotonic() > deadline:
                    message = "the signer did not start"
                    raise TimeoutError(message)
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
