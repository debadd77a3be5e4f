"""The pages of rights: a town hall with its tree, its people, and a right of every kind."""

from datetime import timedelta
from uuid import UUID

from parvis.access import commands
from parvis.access.commands import Deed, Holder, Line, Wanted
from parvis.access.enums import Action, PrincipalKind
from parvis.access.models import Grant
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now, today
from parvis.directory import commands as directory
from parvis.directory.enums import UnitKind
from parvis.directory.models import Membership, Unit
from parvis.identity.models import Account
from tests.journeys.scene import Scene
from tests.support import world

_TOWN = "/habilitations/{town}/"
SCENES = (
    Scene("rights-home", "/habilitations/", "operator"),
    Scene("rights-home-none", "/habilitations/", "nobody"),
    Scene("rights-tree", _TOWN, "administrator"),
    Scene("rights-tree-of-another", _TOWN, "nobody", status=404),
    Scene("unit-new", _TOWN + "services/ajouter/", "administrator", sends=True),
    Scene("unit", _TOWN + "services/{unit}/", "administrator"),
    Scene("people", _TOWN + "agents/", "administrator"),
    Scene("member-new", _TOWN + "agents/ajouter/", "administrator", sends=True),
    Scene("member", _TOWN + "agents/{member}/", "administrator"),
    Scene("rights", _TOWN + "droits/", "administrator"),
    Scene("right", _TOWN + "droits/{right}/", "administrator"),
    Scene("right-waiting", _TOWN + "droits/{waiting}/", "administrator"),
    Scene("rights-waiting", _TOWN + "droits/a-approuver/", "administrator"),
    Scene("right-new", _TOWN + "droits/donner/?a=membership:{member}", "administrator", sends=True),
    Scene("mandates", _TOWN + "mandats/", "administrator"),
    Scene("mandate-new", _TOWN + "mandats/donner/", "administrator", sends=True),
    Scene("mandate", _TOWN + "mandats/{mandate}/", "administrator"),
    Scene("absences", _TOWN + "absences/", "administrator"),
    Scene("absence-new", _TOWN + "absences/suppleer/", "administrator", sends=True),
    Scene("review", _TOWN + "revue/", "administrator"),
    Scene("who", _TOWN + "qui/?action=case:read&process=" + world.PROCESS, "administrator"),
    Scene("why", _TOWN + "qui/?action=case:process&process=" + world.PROCESS + "&person={agent}", "administrator"),
    Scene("sheet", _TOWN + "importer/", "administrator", sends=True),
)


def set_stage(here: world.World, administrator: Actor, editor: Actor) -> dict[str, str]:
    """Give the town its tree, its people and their rights; return the names that the scenes use."""
    town = here.rennes
    root = Unit.objects.get(organisation=town, parent=None)
    population = directory.add_unit(
        parent=root.id, name="Direction de la population", kind=UnitKind.DIRECTION, code="DP", actor=SYSTEM
    )
    desk = directory.add_unit(parent=population.id, name="État civil", kind=UnitKind.SERVICE, actor=SYSTEM)
    directory.add_unit(parent=root.id, name="Voirie", kind=UnitKind.SERVICE, actor=SYSTEM)
    alix, lou = (_member(here, name, unit) for name, unit in (("Alix Petit", desk), ("Lou Moreau", population)))
    narrow = {"arrondissement": {"in": ["1", "2"]}, "amount": {"at_most": 500}}
    right = _give(here, alix, Action.CASE_READ, Action.CASE_PROCESS, unit=desk.id, condition=narrow, depth=1)
    Grant.objects.filter(id=right).update(created_at=now() - timedelta(days=120))
    Grant.objects.filter(id=_give(here, lou, Action.CASE_READ)).update(effective_to=now() + timedelta(days=9))
    waiting = _give(here, lou, Action.ACT_SIGN, actor=administrator)
    commands.cover_absence(
        absent=alix.id, substitute=lou.id, starts_on=today(), ends_on=today() + timedelta(days=20), actor=SYSTEM
    )
    deed = Deed(here.operator.id, "2026-118", "0" * 64, today(), [Line([Action.CASE_READ])])
    mandate = commands.give_mandate(organisation=town.id, deed=deed, actor=SYSTEM)
    world.allow(editor, here.operator.id, (Action.MANDATE_USE,))
    Membership.objects.filter(id=lou.id).update(is_external=True)
    names = {"town": town.id, "unit": desk.id, "member": alix.id, "right": right, "waiting": waiting}
    return {name: str(one) for name, one in {**names, "mandate": mandate, "agent": lou.account_id}.items()}


def _member(here: world.World, name: str, unit: Unit) -> Membership:
    first, last = name.split()
    person = Account.objects.create_user(f"{first.lower()}@exemple.example", first_name=first, last_name=last)
    return directory.add_member(
        account=person.id, organisation=here.rennes.id, unit=unit.id, title="Officière d’état civil", actor=SYSTEM
    )


def _give(here: world.World, to: Membership, *actions: Action, actor: Actor = SYSTEM, **more: object) -> UUID:
    wanted = Wanted(here.rennes.id, frozenset(actions), **more)  # type: ignore[arg-type]
    return commands.give(to=Holder(PrincipalKind.MEMBERSHIP, to.id), wanted=wanted, actor=actor)
