"""The same rules as Cedar policies and entities: a judge that shares no line with `parvis.access`.

Cedar (https://www.cedarpolicy.com) decides containment by its own graph, dates and chains by its own comparisons.
Every way of holding a grant becomes one policy; separations become prohibitions. cedarpy is a tool of the developers'
environment only.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from parvis.access.enums import ADMINISTRATIVE, EVERY_PROCESS, Action, PrincipalKind
from parvis.cli.bench.access.worlds import Deed, Post, StandIn, Thing, Trust, World
from parvis.core.actor import Actor
from parvis.core.clock import now, today


class Judge:
    """Cedar, told of one world."""

    def __init__(self, world: World) -> None:
        import cedarpy  # noqa: PLC0415 - not installed with the product

        self._cedar = cedarpy
        self._policies = cedarpy.PolicySet.from_str("\n".join(_policies(world)))
        self._entities = cedarpy.Entities.from_json_str(json.dumps(list(_entities(world))))

    def allows(self, actor: Actor, action: Action, thing: Thing) -> bool:
        """Return Cedar's answer."""
        identity, authentication, _ = actor.assurance
        context: dict[str, Any] = {
            "now": _moment(now()),
            "today": _day(today()),
            "identity": identity,
            "authentication": authentication,
        }
        if actor.acting_for:
            context["acting_for"] = _reference("Place", actor.acting_for)
        request = {
            "principal": {"type": "Actor", "id": str(actor.id)},
            "action": {"type": "Action", "id": str(action)},
            "resource": {"type": "Thing", "id": str(thing.id)},
            "context": context,
        }
        answer = self._cedar.is_authorized(request, self._policies, self._entities)
        if answer.diagnostics.errors:
            raise RuntimeError(str(answer.diagnostics.errors[:3]))
        return bool(answer.allowed)


def _moment(one: datetime) -> int:
    return int(one.timestamp())


def _day(one: date) -> int:
    return one.toordinal()


def _reference(kind: str, one: UUID) -> dict[str, Any]:
    return {"__entity": {"type": kind, "id": str(one)}}


def _entity(kind: str, one: UUID, parents: list[tuple[str, UUID]], **attributes: Any) -> dict[str, Any]:
    return {
        "uid": {"type": kind, "id": str(one)},
        "attrs": {name: value for name, value in attributes.items() if value is not None},
        "parents": [{"type": above, "id": str(other)} for above, other in parents],
    }


def _entities(world: World) -> Iterator[dict[str, Any]]:
    roots = {place.id: place.units[0].id for place in world.places}
    for place in world.places:
        yield _entity("Place", place.id, [], active=place.active)
        for area in place.units:
            above = ("Area", area.parent.id) if area.parent else ("Place", place.id)
            yield _entity("Area", area.id, [above], closes=_day(area.closes) if area.closes else None)
    for post in world.posts:
        desk = post.unit.id if post.unit else roots[post.organisation]
        last = _day(post.last) if post.last else None
        yield _entity(
            "Post", post.id, [("Area", desk)], active=post.active, link=post.link, first=_day(post.first), last=last
        )
    for grant in world.grants:
        last = _moment(grant.last) if grant.last else None
        closed = {"pending": grant.pending, "suspended": grant.suspended, "revoked": grant.revoked}
        yield _entity("Deed", grant.id, [], first=_moment(grant.first), last=last, **closed)
    for one in (*world.accounts, *world.programs):
        yield _entity("Actor", one, [])
    for thing in world.things:
        yield _thing(thing)


def _thing(thing: Thing) -> dict[str, Any]:
    facts = {
        name: _reference("Actor", value) if isinstance(value, UUID) else value for name, value in thing.facts.items()
    }
    done = {action: _reference("Actor", author) for action, author in thing.authors.items()}
    parent = ("Area", thing.unit.id) if thing.unit else ("Place", thing.organisation)
    place = _reference("Place", thing.organisation)
    return _entity("Thing", thing.id, [parent], place=place, process=thing.process, done=done, **facts)


def _policies(world: World) -> Iterator[str]:
    for grant in world.grants:
        if grant.kind == PrincipalKind.MANDATE:
            yield from _mandated(world, grant)
            continue
        for actor, ways in _holders(world, grant):
            own = ["(!(context has acting_for) || context.acting_for == resource.place)"]
            yield _permit(world, grant, actor, [*ways, *own], grant.actions)
        for actor, ways in _covering(world, grant):
            own = ["(!(context has acting_for) || context.acting_for == resource.place)"]
            yield _permit(
                world, grant, actor, [*ways, *own], [one for one in grant.actions if one not in ADMINISTRATIVE]
            )
    yield from _separations(world)


def _permit(world: World, grant: Deed, actor: UUID, ways: list[str], actions: Any) -> str:
    tests = [*ways, *_live(grant), *_object(grant)]
    if actor in world.accounts:
        tests.extend(_sure(grant))
        if grant.minima[2]:
            tests.append(_linked(world, actor, grant.organisation, grant.minima[2]))
    return _policy(actor, actions, tests)


def _policy(actor: UUID, actions: Any, tests: list[str]) -> str:
    named = ", ".join(f'Action::"{one}"' for one in actions)
    if not named:
        return ""
    return f'permit(principal == Actor::"{actor}", action in [{named}], resource) when {{ {" && ".join(tests)} }};'


def _holders(world: World, grant: Deed) -> Iterator[tuple[UUID, list[str]]]:
    """Who holds a grant, and what each must be for it."""
    if grant.kind in (PrincipalKind.ACCOUNT, PrincipalKind.CLIENT):
        yield grant.holder, []
        return
    for post in world.posts:
        if post.organisation != grant.organisation:
            continue
        if grant.kind == PrincipalKind.MEMBERSHIP and post.id == grant.holder:
            yield post.account, [_working(post)]
        if grant.kind == PrincipalKind.UNIT:
            yield post.account, [_working(post), f'Post::"{post.id}" in Area::"{grant.holder}"']


def _covering(world: World, grant: Deed) -> Iterator[tuple[UUID, list[str]]]:
    """Who stands in for a holder."""
    for cover in world.covers:
        if cover.revoked or cover.absent.organisation != grant.organisation:
            continue
        ways = [_working(cover.absent), _working(cover.substitute), _standing_in(cover)]
        if grant.kind == PrincipalKind.ACCOUNT and grant.holder == cover.absent.account:
            yield cover.substitute.account, ways
        if grant.kind == PrincipalKind.MEMBERSHIP and grant.holder == cover.absent.id:
            yield cover.substitute.account, ways
        if grant.kind == PrincipalKind.UNIT:
            yield cover.substitute.account, [*ways, f'Post::"{cover.absent.id}" in Area::"{grant.holder}"']


def _standing_in(cover: StandIn) -> str:
    return f"{_day(cover.first)} <= context.today && context.today <= {_day(cover.last)}"


def _working(post: Post) -> str:
    name = f'Post::"{post.id}"'
    return f"{name}.active && {name}.first <= context.today && (!({name} has last) || {name}.last >= context.today)"


def _live(grant: Deed) -> Iterator[str]:
    name = f'Deed::"{grant.id}"'
    yield f"!{name}.pending && {name}.first <= context.now"
    one: Deed | None = grant
    while one:  # what closes a grant closes those cut from it
        name = f'Deed::"{one.id}"'
        yield f"!{name}.revoked && !{name}.suspended && (!({name} has last) || {name}.last > context.now)"
        one = one.parent


def _object(grant: Deed) -> Iterator[str]:
    yield f'resource.place == Place::"{grant.organisation}" && Place::"{grant.organisation}".active'
    if grant.process != EVERY_PROCESS:
        yield f'resource.process == "{grant.process}"'
    if grant.unit and grant.unit.parent:
        area = f'Area::"{grant.unit.id}"'
        yield f"resource in {area} && (!({area} has closes) || {area}.closes > context.today)"
    else:
        yield f'resource in Place::"{grant.organisation}"'
    for fact, clause in grant.condition.items():
        yield f"resource has {fact} && {_clause(fact, clause)}"


def _clause(fact: str, clause: dict[str, Any]) -> str:
    ((operator, value),) = clause.items()
    if operator == "in":
        words = ", ".join(f'"{word}"' for word in value)
        return f"[{words}].contains(resource.{fact})"
    if operator == "at_most":
        return f"resource.{fact} <= {value}"
    if operator == "between":
        return f"resource.{fact} >= {value[0]} && resource.{fact} <= {value[1]}"
    return f"resource.{fact} == principal"


def _sure(grant: Deed) -> list[str]:
    return [f"context.identity >= {grant.minima[0]} && context.authentication >= {grant.minima[1]}"]


def _linked(world: World, account: UUID, organisation: UUID, least: int) -> str:
    posts = [one for one in world.posts if one.account == account and one.organisation == organisation]
    ways = [f'({_working(post)} && Post::"{post.id}".link >= {least})' for post in posts]
    return f"({' || '.join(ways)})" if ways else "false"


def _mandated(world: World, line: Deed) -> Iterator[str]:
    """Whoever may use the mandate of a line: one policy for each grant of theirs at the editor's."""
    (mandate,) = [one for one in world.mandates if one.id == line.holder]
    if mandate.revoked:
        return
    for usage in world.grants:
        if usage.organisation != mandate.editor or Action.MANDATE_USE not in usage.actions:
            continue
        if usage.unit or usage.condition or usage.kind == PrincipalKind.MANDATE:
            continue
        for actor, ways in _holders(world, usage):
            tests = [*ways, *_live(usage), *_live(line), *_object(line), *_trusted(mandate, usage)]
            if actor in world.accounts:
                tests += [*_sure(line), *_sure(usage), "true" if line.minima[2] == 0 else "false"]
                if usage.minima[2]:
                    tests.append(_linked(world, actor, mandate.editor, usage.minima[2]))
            yield _policy(actor, line.actions, tests)


def _trusted(mandate: Trust, usage: Deed) -> Iterator[str]:
    yield f'context has acting_for && context.acting_for == Place::"{mandate.organisation}"'
    yield f'Place::"{mandate.editor}".active'
    yield f"{_moment(mandate.first)} <= context.now && context.now < {_moment(mandate.last)}"
    if usage.process != EVERY_PROCESS:
        yield f'resource.process == "{usage.process}"'


def _separations(world: World) -> Iterator[str]:
    everywhere = (None, EVERY_PROCESS, str(Action.ACT_PREPARE), str(Action.ACT_SIGN))
    kept = ((rule.organisation, rule.process, rule.first, rule.second) for rule in world.rules)
    for owner, process, first, second in (everywhere, *kept):
        for done, asked in ((first, second), (second, first)):
            tests = [f'resource.done has "{done}" && resource.done["{done}"] == principal']
            if owner:
                tests.append(f'resource.place == Place::"{owner}"')
            if process != EVERY_PROCESS:
                tests.append(f'resource.process == "{process}"')
            yield f'forbid(principal, action == Action::"{asked}", resource) when {{ {" && ".join(tests)} }};'
