"""Ask the decision, the filter and Cedar the same questions, and tell where they part."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from parvis.access import queries
from parvis.access.enums import Action
from parvis.cli.bench.access import rows, worlds
from parvis.cli.bench.access.cedar import Judge
from parvis.cli.bench.access.worlds import Thing, World
from parvis.core.actor import Actor

ASKED = (Action.CASE_READ, Action.ACT_SIGN, Action.MEMBERS_MANAGE)


@dataclass(slots=True)
class Tally:
    """How many questions were asked, how often the answer was yes, and where the three parted."""

    asked: int = 0
    allowed: int = 0
    parted: int = 0


def ask(seeds: Iterator[int], at_least: int) -> Tally:
    """Ask at least so many questions, world after world."""
    tally = Tally()
    while tally.asked < at_least:
        seed = next(seeds)
        world = worlds.draw(seed)
        with rows.written(world):
            _ask_all(world, Random(seed), tally)  # noqa: S311 - a test, not a secret
    return tally


def _ask_all(world: World, dice: Random, tally: Tally) -> None:
    judge = Judge(world)
    for actor in _actors(world, dice):
        for action in ASKED:
            rule = queries.scope(
                actor,
                action,
                organisation="organisation_id",
                process="process",
                unit="unit",
                facts=rows.FACTS,
                authors=rows.AUTHORS,
            )
            listed = set(rows.Object.objects.filter(rule).values_list("id", flat=True))
            for thing in world.things:
                answers = {_decided(actor, action, thing), thing.id in listed, judge.allows(actor, action, thing)}
                tally.asked += 1
                tally.allowed += answers == {True}
                tally.parted += len(answers) > 1


def _actors(world: World, dice: Random) -> Iterator[Actor]:
    for kind, known in (("account", world.accounts), ("client", world.programs)):
        for one in known:
            for acting_for in (None, dice.choice(world.places[:2]).id):
                sure = (dice.randint(0, 1), dice.choice([1, 2]), 0)
                yield Actor(kind, one, acting_for=acting_for, assurance=sure)  # type: ignore[arg-type]


def _decided(actor: Actor, action: Action, thing: Thing) -> bool:
    return queries.may(
        actor,
        action,
        organisation=thing.organisation,
        process=thing.process,
        unit=thing.unit.id if thing.unit else None,
        subject=thing.facts,
        authors=thing.authors,
    ).allowed
