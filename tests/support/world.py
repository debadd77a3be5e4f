"""A small world for tests: an operator, two communes, people. Every identity is made up."""

from dataclasses import dataclass
from uuid import UUID

from parvis.access.enums import Action, PrincipalKind
from parvis.access.models import Grant
from parvis.catalogue.commands import install_processes
from parvis.core.actor import SYSTEM, Actor
from parvis.core.ids import new_id
from parvis.directory.models import Commune, Organisation, PlaceKey, Unit
from parvis.exchange.models import Subscription
from parvis.exchange.queries import parties
from parvis.identity.commands import register_account
from parvis.identity.models import Account

PROCESS = "recensementCitoyen"
AGENT_ACTIONS = (Action.CASE_READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS)


@dataclass(frozen=True, slots=True)
class World:
    """What most tests need."""

    operator: Organisation
    rennes: Organisation
    nice: Organisation
    citizen: Account
    agent: Account
    foreign_agent: Account

    @property
    def as_citizen(self) -> Actor:
        return Actor("account", self.citizen.id, label="Camille Martin")

    @property
    def as_agent(self) -> Actor:
        return Actor("account", self.agent.id, label="Agent de Rennes")

    @property
    def as_foreign_agent(self) -> Actor:
        return Actor("account", self.foreign_agent.id, label="Agent de Nice")


def build() -> World:
    """Create the world in the present transaction."""
    parties.platform_ids.clear()
    operator = rooted(Organisation.objects.create(kind="operator", name="Parvis", siret="13002603200016"))
    rennes = commune("35238", "Rennes", ["35000", "35200", "35700"], "21350238800019")
    nice = commune("06088", "Nice", ["06000", "06100", "06200", "06300"], "21060088800015")
    install_processes()
    for town in (rennes, nice):
        Subscription.objects.create(subscriber=town, process_id=PROCESS, emails=[f"accueil@{town.branch_code}.example"])
    citizen, agent, foreign = (
        register_account(email=f"{name}@exemple.example", password="un-mot-de-passe-long", actor=SYSTEM)
        for name in ("camille", "agent.rennes", "agent.nice")
    )
    world = World(operator, rennes, nice, citizen, agent, foreign)
    allow(world.as_agent, rennes.id, AGENT_ACTIONS)
    allow(world.as_foreign_agent, nice.id, AGENT_ACTIONS)
    return world


def commune(code: str, name: str, postcodes: list[str], siret: str) -> Organisation:
    """Create a commune and its town hall."""
    place = Commune.objects.create(
        code=code,
        name=name,
        key=name.lower(),
        kind="commune",
        department=code[:2],
        region="53",
        zone="metro",
        population=100_000,
        postcodes=postcodes,
    )
    PlaceKey.objects.create(key=name.lower(), source="name", commune=place)
    for postcode in postcodes:
        PlaceKey.objects.create(key=postcode, source="postcode", commune=place)
    return rooted(
        Organisation.objects.create(
            kind="commune", name=f"Mairie de {name}", siret=siret, branch_code=code, commune=place
        )
    )


def rooted(organisation: Organisation) -> Organisation:
    """Give an organisation the root of its tree, as its registration does."""
    root = new_id()
    path = f"/{root.hex}/"
    Unit.objects.create(id=root, organisation=organisation, name=organisation.name, kind="organisation", path=path)
    return organisation


def allow(actor: Actor, organisation: UUID, actions: tuple[Action, ...], process: str = "*") -> UUID:
    """Give rights without asking anyone."""
    grant = Grant.objects.create(
        principal_kind=PrincipalKind(actor.kind),
        principal_id=actor.id or new_id(),
        organisation_id=organisation,
        process_code=process,
        actions=list(actions),
        granted_by=SYSTEM.reference,
    )
    return grant.id
