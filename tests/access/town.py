"""A town hall with two directions and a desk, and the people of its tests. Every identity is made up."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from parvis.access import commands, queries
from parvis.access.commands import Holder, Wanted
from parvis.access.enums import Action, PrincipalKind
from parvis.core.actor import SYSTEM, Actor
from parvis.core.ids import new_id
from parvis.directory import commands as directory
from parvis.directory.enums import LinkStrength, OrganisationKind, UnitKind
from parvis.directory.models import Organisation, Unit
from parvis.identity.models import Account

READ, SIGN, MANAGE = Action.CASE_READ, Action.ACT_SIGN, Action.MEMBERS_MANAGE


@dataclass(frozen=True, slots=True)
class Town:
    """An organisation and its tree: root, then population (with the desk below it) and roads."""

    organisation: Organisation
    root: Unit
    population: Unit
    desk: Unit
    roads: Unit

    @property
    def id(self) -> UUID:
        return self.organisation.id


def build(name: str = "Mairie", siret: str = "13000918600011", branch: str = "") -> Town:
    made = directory.register_organisation(
        kind=OrganisationKind.STATE, name=name, siret=siret, branch_code=branch, actor=SYSTEM
    )
    root = Unit.objects.get(organisation=made, parent=None)
    population = directory.add_unit(parent=root.id, name="Population", kind=UnitKind.DIRECTION, actor=SYSTEM)
    desk = directory.add_unit(parent=population.id, name="État civil", kind=UnitKind.SERVICE, actor=SYSTEM)
    roads = directory.add_unit(parent=root.id, name="Voirie", kind=UnitKind.DIRECTION, actor=SYSTEM)
    return Town(made, root, population, desk, roads)


def someone(assurance: tuple[int, int, int] = (0, 0, 0)) -> Actor:
    """A person with an account, who works nowhere yet."""
    account = Account.objects.create_user(f"{new_id().hex}@exemple.example")
    return Actor("account", account.id, label=str(account), assurance=assurance)


def member(town: Town, unit: Unit | None = None, link: LinkStrength = LinkStrength.MODERATED) -> tuple[Actor, UUID]:
    person = someone()
    joined = directory.add_member(
        account=person.person, organisation=town.id, unit=unit.id if unit else None, link=link, actor=SYSTEM
    )
    return person, joined.id


def give(
    town: Town, to: Actor | UUID | Unit, *actions: Action, actor: Actor = SYSTEM, unit: Unit | None = None, **more: Any
) -> UUID:
    """Give rights: to a person, to a membership by its id, or to a unit."""
    wanted = Wanted(town.id, frozenset(actions or (READ,)), unit=unit.id if unit else None, **more)
    return commands.give(to=holder(to), wanted=wanted, actor=actor)


def holder(to: Actor | UUID | Unit) -> Holder:
    if isinstance(to, Actor):
        return Holder(PrincipalKind(to.kind), to.person)
    return Holder(PrincipalKind.UNIT, to.id) if isinstance(to, Unit) else Holder(PrincipalKind.MEMBERSHIP, to)


def administrator(town: Town, unit: Unit | None = None, depth: int = 0, **more: Any) -> Actor:
    person = someone()
    give(town, person, MANAGE, unit=unit, depth=depth, **more)
    return person


def may(person: Actor, town: Town, action: Action = READ, unit: Unit | None = None, **subject: Any) -> bool:
    at = unit.id if unit else None
    return queries.may(person, action, organisation=town.id, process="X", unit=at, subject=subject).allowed
