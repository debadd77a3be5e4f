from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from parvis.access.enums import Action
from parvis.client import Client, Deposited, NewDeposit
from parvis.client import Organisation as Ref
from parvis.core.actor import SYSTEM, Actor
from parvis.directory.models import Organisation
from parvis.identity import commands as identity
from tests.client.flaky import Proxy, behind_a_proxy
from tests.support import world
from tests.support.site import forget_everything
from tests.support.world import AGENT_ACTIONS, PROCESS, World


@dataclass
class Hub:
    """A served world: an address, the proxy in front of it, and two credentials."""

    url: str
    proxy: Proxy
    here: World
    town_key: tuple[str, str]
    depositor_key: tuple[str, str]
    pauses: list[float]

    def client(self, key: tuple[str, str]) -> Client:
        return Client(self.url, *key, tries=4, sleep=self.pauses.append)

    @property
    def town(self) -> Client:
        return self.client(self.town_key)

    @property
    def depositor(self) -> Client:
        return self.client(self.depositor_key)

    def deposited(self, number: str, *files: tuple[str, Path]) -> Deposited:
        """Deposit a folder for Rennes by the client."""
        with self.depositor as client:
            return client.deposit(self.folder(number, *files))

    def folder(self, number: str, *files: tuple[str, Path]) -> NewDeposit:
        """Return a folder for Rennes, not yet deposited."""
        depositor, town = Ref(self.here.operator.siret), Ref(self.here.rennes.siret, "35238")
        return NewDeposit(PROCESS, number, depositor, [town], "Camille", "Martin", files=files)


def key(organisation: Organisation, *actions: Action) -> tuple[str, str]:
    made = identity.register_client(name="Logiciel", scopes=["SI", "OSL"], actor=SYSTEM)
    world.allow(Actor("client", made.client), organisation.id, actions)
    return made.client_id, made.secret


@pytest.fixture
def hub(transactional_db: None) -> Iterator[Hub]:
    forget_everything()
    here = world.build()
    with behind_a_proxy() as (url, proxy):
        yield Hub(
            url,
            proxy,
            here,
            key(here.rennes, *AGENT_ACTIONS),
            key(here.operator, Action.FOLDER_DEPOSIT, Action.FOLDER_READ),
            [],
        )
    forget_everything()
