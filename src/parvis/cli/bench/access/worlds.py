"""Small worlds drawn at random: organisations, trees, people, grants of every kind, and objects to decide on.

A world is plain data, which `rows` writes in the tables and `cedar` tells to an independent judge.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from parvis.access.enums import EVERY_PROCESS, NEVER_BY_MANDATE, Action, PrincipalKind
from parvis.core.clock import now, today
from parvis.core.ids import new_id

PROCESSES = ("X", "Y")
ACTIONS = (Action.CASE_READ, Action.ACT_PREPARE, Action.ACT_SIGN, Action.MEMBERS_MANAGE)
_CONDITIONS: tuple[dict[str, Any], ...] = (
    {"arrondissement": {"in": ["14", "15"]}},
    {"amount": {"at_most": 2}},
    {"year": {"between": [1, 2]}},
    {"in_charge": {"mine": True}},
    {"civil_act": {"in": ["naissance"]}, "amount": {"at_most": 1}},
)


@dataclass(slots=True)
class Place:
    """An organisation; its root is the first of its units."""

    id: UUID
    active: bool
    units: list["Area"] = field(default_factory=list)


@dataclass(slots=True)
class Area:
    """A unit."""

    id: UUID
    parent: "Area | None"
    organisation: UUID
    closes: date | None

    @property
    def path(self) -> str:
        """The materialised path."""
        return f"{self.parent.path if self.parent else '/'}{self.id.hex}/"


@dataclass(frozen=True, slots=True)
class Post:
    """A membership."""

    id: UUID
    account: UUID
    organisation: UUID
    unit: Area | None
    link: int
    active: bool
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Deed:
    """A grant. ``parent`` is one of the same organisation, drawn earlier."""

    id: UUID
    kind: PrincipalKind
    holder: UUID
    organisation: UUID
    unit: Area | None
    process: str
    actions: tuple[Action, ...]
    condition: dict[str, Any]
    minima: tuple[int, int, int]
    first: datetime
    last: datetime | None
    pending: bool
    suspended: bool
    revoked: bool
    parent: "Deed | None"


@dataclass(frozen=True, slots=True)
class Trust:
    """A mandate of an organisation to an editor."""

    id: UUID
    organisation: UUID
    editor: UUID
    first: datetime
    last: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class StandIn:
    """A cover of an absence."""

    id: UUID
    absent: Post
    substitute: Post
    first: date
    last: date
    revoked: bool


@dataclass(frozen=True, slots=True)
class Thing:
    """An object to decide on."""

    id: UUID
    organisation: UUID
    process: str
    unit: Area | None
    facts: dict[str, Any]
    authors: dict[str, UUID]


@dataclass(frozen=True, slots=True)
class Rule:
    """A separation of duties on one object."""

    organisation: UUID | None
    process: str
    first: str
    second: str


@dataclass(slots=True)
class World:
    """All of it."""

    places: list[Place]
    accounts: list[UUID]
    programs: list[UUID]
    posts: list[Post] = field(default_factory=list)
    covers: list[StandIn] = field(default_factory=list)
    mandates: list[Trust] = field(default_factory=list)
    grants: list[Deed] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)


def draw(seed: int) -> World:
    """Draw a world; the same seed gives the same world, save for the ids and the present day."""
    dice = Random(seed)  # noqa: S311 - a test, not a secret
    world = World([_place(dice) for _ in range(3)], [new_id() for _ in range(4)], [new_id() for _ in range(2)])
    town, other, editor = world.places
    for account in world.accounts:
        for place in dice.sample([town, town, other, editor], dice.randint(1, 3)):
            post = _post(dice, account, place)
            if all((one.account, one.organisation, one.unit) != (account, place.id, post.unit) for one in world.posts):
                world.posts.append(post)
    pairs = [(one, two) for one in world.posts for two in world.posts]
    for one, two in dice.sample(pairs, min(len(pairs), 12)):
        if one.organisation == two.organisation and one.id != two.id:
            first, last = _days(dice)
            world.covers.append(StandIn(new_id(), one, two, first, last or first, _chance(dice, 20)))
    for place in (town, other):
        first, last = _moments(dice)
        world.mandates.append(
            Trust(new_id(), place.id, editor.id, first, last or first + timedelta(days=300), _chance(dice, 15))
        )
    for _ in range(dice.randint(30, 45)):
        world.grants.append(_grant(dice, world))
    world.rules.extend(_rule(dice, world) for _ in range(dice.randint(0, 2)))
    world.things.extend(_thing(dice, world) for _ in range(24))
    return world


def _chance(dice: Random, percent: int) -> bool:
    return dice.randrange(100) < percent


def _place(dice: Random) -> Place:
    place = Place(new_id(), _chance(dice, 93))
    place.units.append(Area(new_id(), None, place.id, None))
    for _ in range(dice.randint(3, 6)):
        closes = today() + timedelta(days=dice.choice([-5, 5])) if _chance(dice, 15) else None
        place.units.append(Area(new_id(), dice.choice(place.units), place.id, closes))
    return place


def _post(dice: Random, account: UUID, place: Place) -> Post:
    first, last = _days(dice)
    unit = dice.choice(place.units) if _chance(dice, 80) else None
    return Post(new_id(), account, place.id, unit, dice.randint(0, 2), _chance(dice, 90), first, last)


def _days(dice: Random) -> tuple[date, date | None]:
    first = today() - timedelta(days=dice.choice([30, 30, 30, 0, -3]))
    last = first + timedelta(days=dice.choice([10, 60])) if _chance(dice, 30) else None
    return first, last


def _moments(dice: Random) -> tuple[datetime, datetime | None]:
    first = now() - timedelta(days=dice.choice([30, 30, 30, 30, 1, -3]))
    last = first + timedelta(days=dice.choice([10, 60, 90])) if _chance(dice, 40) else None
    return first, last


def _grant(dice: Random, world: World) -> Deed:
    kind, holder, place = _holder(dice, world)
    actions = list(dice.sample(ACTIONS, dice.randint(2, 4)))
    if place is world.places[2]:
        actions = [Action.MANDATE_USE, *actions]
    if kind == PrincipalKind.MANDATE:
        actions = [one for one in actions if one not in NEVER_BY_MANDATE] or [Action.CASE_READ]
    first, last = _moments(dice)
    parents = [one for one in world.grants if one.organisation == place.id]
    plain = place is world.places[2] and _chance(dice, 70)
    return Deed(
        id=new_id(),
        kind=kind,
        holder=holder,
        organisation=place.id,
        unit=dice.choice(place.units) if _chance(dice, 50) and not plain else None,
        process=dice.choice([EVERY_PROCESS, EVERY_PROCESS, *PROCESSES]),
        actions=tuple(actions),
        condition=dict(dice.choice(_CONDITIONS)) if _chance(dice, 30) and not plain else {},
        minima=(dice.choice([0, 0, 0, 1]), dice.choice([0, 0, 0, 2]), dice.choice([0, 0, 0, 1, 2])),
        first=first,
        last=last,
        pending=_chance(dice, 6),
        suspended=_chance(dice, 6),
        revoked=_chance(dice, 6),
        parent=dice.choice(parents) if parents and _chance(dice, 20) else None,
    )


def _holder(dice: Random, world: World) -> tuple[PrincipalKind, UUID, Place]:
    place = dice.choice(world.places)
    if place is not world.places[2] and _chance(dice, 25):
        mandates = [one for one in world.mandates if one.organisation == place.id]
        return PrincipalKind.MANDATE, dice.choice(mandates).id, place
    posts = [one for one in world.posts if one.organisation == place.id]
    kinds = [PrincipalKind.ACCOUNT, PrincipalKind.CLIENT, PrincipalKind.UNIT, PrincipalKind.UNIT]
    kind = dice.choice([*kinds, *([PrincipalKind.MEMBERSHIP] * 2 if posts else [])])
    chosen = {
        PrincipalKind.ACCOUNT: lambda: dice.choice(world.accounts),
        PrincipalKind.CLIENT: lambda: dice.choice(world.programs),
        PrincipalKind.UNIT: lambda: dice.choice(place.units).id,
        PrincipalKind.MEMBERSHIP: lambda: dice.choice(posts).id,
    }[kind]()
    return kind, chosen, place


def _rule(dice: Random, world: World) -> Rule:
    first, second = dice.sample([Action.CASE_READ, Action.ACT_PREPARE, Action.ACT_SIGN], 2)
    owner = dice.choice([None, world.places[0].id])
    return Rule(owner, dice.choice([EVERY_PROCESS, "X"]), str(first), str(second))


def _thing(dice: Random, world: World) -> Thing:
    place = dice.choice(world.places[:2])
    facts: dict[str, Any] = {
        "arrondissement": dice.choice(["14", "15", "16"]),
        "amount": dice.randint(0, 4),
        "year": dice.randint(0, 3),
        "civil_act": dice.choice(["naissance", "mariage"]),
        "in_charge": dice.choice(world.accounts),
    }
    kept = {name: value for name, value in facts.items() if _chance(dice, 80)}
    authors = {
        str(action): dice.choice(world.accounts)
        for action in (Action.ACT_PREPARE, Action.CASE_READ)
        if _chance(dice, 40)
    }
    unit = dice.choice(place.units) if _chance(dice, 70) else None
    return Thing(new_id(), place.id, dice.choice([*PROCESSES, "Z"]), unit, kept, authors)
