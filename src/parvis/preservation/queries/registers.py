"""The registers that someone may see, what is in them, and what became of their deposits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.preservation.enums import OPEN_DEPOSITS, DepositState, EntryKind, LegalState, Office
from parvis.preservation.models import Deposit, Entry, Jurisdiction, Register
from parvis.preservation.queries import trees


@dataclass(frozen=True, slots=True)
class Reach:
    """The organisations for which someone acts, by what they may do there."""

    keeps: frozenset[UUID]
    reads: frozenset[UUID]
    receives: frozenset[UUID]
    inspects: frozenset[UUID]

    def __bool__(self) -> bool:
        return bool(self.keeps or self.reads or self.receives or self.inspects)


def reach_of(actor: Actor) -> Reach:
    """Return what someone may do with registers."""

    def where(action: Action) -> frozenset[UUID]:
        # On the whole organisation: a right on one of its services opens no register.
        found = access.organisations_of(actor, [action])
        return frozenset(
            one for one in found if access.may(actor, action, organisation=one, process=EVERY_PROCESS).allowed
        )

    return Reach(
        keeps=where(Action.REGISTER_KEEP),
        reads=where(Action.REGISTER_READ) | where(Action.REGISTER_KEEP),
        receives=where(Action.DEPOSIT_RECEIVE),
        inspects=where(Action.REGISTER_INSPECT),
    )


def _watched(organisations: frozenset[UUID], office: Office) -> Q:
    codes = Jurisdiction.objects.filter(organisation_id__in=organisations, office=office).values("commune_id")
    return Q(commune_code__in=codes)


def registers_of(reach: Reach) -> "QuerySet[Register]":
    """Return the registers that someone may open: their town's, or those of the court's jurisdiction (prosecutor)."""
    seen = Q(organisation_id__in=reach.reads) | _watched(reach.inspects, Office.PROSECUTOR)
    return Register.objects.filter(seen).select_related("organisation").order_by("-year", "kind", "volume", "id")


def deposits_of(reach: Reach) -> "QuerySet[Deposit]":
    """Return the deposits that someone may open, newest first; a registry sees those handed over to it."""
    received = Q(registry_id__in=reach.receives) & ~Q(state__in=("prepared", "signed", "withdrawn"))
    own = Q(register__organisation_id__in=reach.reads)
    inspected = Q(register__in=Register.objects.filter(_watched(reach.inspects, Office.PROSECUTOR)))
    rows = Deposit.objects.filter(received | own | inspected)
    return rows.select_related("register__organisation", "registry").order_by("-id")


def register(register_id: UUID) -> Register:
    """Return a register, for a caller that has decided."""
    return Register.objects.select_related("organisation").get(id=register_id)


def register_named(label: str) -> Register | None:
    """Return a register by its label, for the command line."""
    commune, kind, year, volume = (label.split("/") + [""] * 4)[:4]
    if not (year.isdecimal() and volume.isdecimal()):
        return None
    return Register.objects.filter(commune_code=commune, kind=kind, year=int(year), volume=int(volume)).first()


def deposit(deposit_id: UUID) -> Deposit:
    """Return a deposit, for a caller that has decided."""
    return Deposit.objects.select_related("register", "registry").get(id=deposit_id)


def acts_of(register: Register) -> "QuerySet[Entry]":
    """Return the acts of a register by number, without what they say."""
    return Entry.objects.filter(register=register, version=0).defer("content", "salt").order_by("number", "suffix")


def history_of(register: Register, number: int, suffix: str) -> list[Entry]:
    """Return the entries of an act, oldest first; the first is the act itself."""
    rows = Entry.objects.filter(register=register, number=number, suffix=suffix)
    return list(rows.order_by("version"))


def state_of(history: list[Entry]) -> LegalState:
    """Return what an act is worth today: what its last change of state says, else what it was received as."""
    changes = [one for one in history if one.kind == EntryKind.STATE]
    return LegalState((changes or history)[-1 if changes else 0].state)


def register_rows() -> list[dict[str, Any]]:
    """Return every register with its last deposit, for the command line."""
    rows = []
    for one in Register.objects.select_related("organisation").order_by("commune_code", "year", "kind", "volume"):
        last = Deposit.objects.filter(register=one).order_by("-number").first()
        rows.append(
            {
                "register": one.label,
                "keeper": one.organisation.name,
                "entries": one.size,
                "closed_on": one.closed_on,
                "deposit": last.state if last else "",
            }
        )
    return rows


def live_roots(sizes: Mapping[str, int]) -> dict[str, tuple[int, int, str]]:
    """Return, for every register, its size, how much of it its chain holds, and its root over ``sizes`` entries."""
    found = {}
    for one in Register.objects.order_by("id"):
        size = min(one.size, sizes.get(one.label, one.size))
        found[one.label] = (one.size, one.linked, trees.root(one.id, size).hex())
    return found


def under_way(register: Register) -> bool:
    """Tell whether a deposit of this register has not been answered."""
    return Deposit.objects.filter(register=register, state__in=OPEN_DEPOSITS).exists()


def all_deposited(register: Register) -> bool:
    """Tell whether all the entries of a register were accepted, or there are none."""
    done = Deposit.objects.filter(register=register, state=DepositState.ACCEPTED, size=register.size)
    return register.size == 0 or done.exists()
