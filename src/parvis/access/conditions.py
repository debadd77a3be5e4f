"""What narrows a grant, in a closed vocabulary: one grammar, read three ways.

A condition is a mapping of facts to clauses, all of which must hold, for example
``{"arrondissement": {"in": ["15"]}, "amount": {"at_most": 5000}}``. Each clause is tested on the facts of one object
(`holds`), turned into a filter on columns (`as_filter`) and compared with another (`is_within`); a new clause is one
class here. A fact that is not known makes the condition false: deny by default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.core.errors import DomainError

Condition = Mapping[str, Mapping[str, Any]]
Facts = Mapping[str, Any]
_LONGEST_LIST = 50


class Clause(Protocol):
    """One test on one fact."""

    def test(self, value: Any, person: UUID) -> bool:
        """Tell whether a value passes, for a person who asks."""

    def filter(self, column: str, person: UUID) -> Q:
        """The same test, on a column."""

    def within(self, wider: "Clause") -> bool:
        """Tell whether all that passes here passes there."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """``{"in": [words]}``."""

    words: frozenset[str]

    def test(self, value: Any, person: UUID) -> bool:  # noqa: ARG002 - the protocol
        """The value is one of these words."""
        return value in self.words

    def filter(self, column: str, person: UUID) -> Q:  # noqa: ARG002 - the protocol
        """The column is one of these words."""
        return Q(**{f"{column}__in": sorted(self.words)})

    def within(self, wider: Clause) -> bool:
        """Fewer words."""
        return isinstance(wider, OneOf) and self.words <= wider.words


@dataclass(frozen=True, slots=True)
class AtMost:
    """``{"at_most": number}``."""

    limit: int

    def test(self, value: Any, person: UUID) -> bool:  # noqa: ARG002 - the protocol
        """The value does not pass the limit."""
        return bool(value <= self.limit)

    def filter(self, column: str, person: UUID) -> Q:  # noqa: ARG002 - the protocol
        """The column does not pass the limit."""
        return Q(**{f"{column}__lte": self.limit})

    def within(self, wider: Clause) -> bool:
        """A lower limit."""
        return isinstance(wider, AtMost) and self.limit <= wider.limit


@dataclass(frozen=True, slots=True)
class Between:
    """``{"between": [first, last]}``, both included."""

    first: int
    last: int

    def test(self, value: Any, person: UUID) -> bool:  # noqa: ARG002 - the protocol
        """The value lies between the two."""
        return bool(self.first <= value <= self.last)

    def filter(self, column: str, person: UUID) -> Q:  # noqa: ARG002 - the protocol
        """The column lies between the two."""
        return Q(**{f"{column}__gte": self.first, f"{column}__lte": self.last})

    def within(self, wider: Clause) -> bool:
        """A narrower interval."""
        return isinstance(wider, Between) and wider.first <= self.first and self.last <= wider.last


@dataclass(frozen=True, slots=True)
class Mine:
    """``{"mine": true}``: the person who asks is the one in charge."""

    def test(self, value: Any, person: UUID) -> bool:
        """The value is the person."""
        return bool(value == person)

    def filter(self, column: str, person: UUID) -> Q:
        """The column is the person."""
        return Q(**{column: person})

    def within(self, wider: Clause) -> bool:
        """One's own are one's own."""
        return isinstance(wider, Mine)


def _words(value: Any) -> Clause | None:
    good = isinstance(value, list) and 0 < len(value) <= _LONGEST_LIST
    return OneOf(frozenset(value)) if good and all(isinstance(one, str) and one for one in value) else None


def _limit(value: Any) -> Clause | None:
    return AtMost(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _interval(value: Any) -> Clause | None:
    if not isinstance(value, list) or [type(one) for one in value] != [int, int] or value[0] > value[1]:
        return None
    return Between(*value)


def _mine(value: Any) -> Clause | None:
    return Mine() if value is True else None


# Fact: (its name for people, its one operator, how its clause is read).
GRAMMAR: dict[str, tuple[Any, str, Any]] = {
    "arrondissement": (_("Arrondissement"), "in", _words),
    "act_nature": (_("Nature de l’acte"), "in", _words),
    "amount": (_("Montant maximal, en euros"), "at_most", _limit),
    "civil_act": (_("Type d’acte d’état civil"), "in", _words),
    "year": (_("Années"), "between", _interval),
    "in_charge": (_("Ses propres dossiers seulement"), "mine", _mine),
}


def read(condition: Condition) -> dict[str, Clause]:
    """Return the clauses of a condition by fact. Raise DomainError for a word outside the grammar."""
    clauses: dict[str, Clause] = {}
    for fact, said in condition.items():
        _label, operator, reader = GRAMMAR.get(fact, (None, "", None))
        clause = reader(said[operator]) if isinstance(said, Mapping) and list(said) == [operator] else None
        if clause is None:
            raise DomainError(
                "bad_condition",
                "La condition sur « %(fact)s » n’est pas comprise. Choisissez-la parmi celles que la page propose.",
                field="condition",
                params={"fact": fact[:40]},
            )
        clauses[fact] = clause
    return clauses


def holds(condition: Condition, facts: Facts, person: UUID) -> bool:
    """Tell whether every clause passes; a missing fact never does."""
    return all(
        facts.get(fact) is not None and clause.test(facts[fact], person) for fact, clause in read(condition).items()
    )


def as_filter(condition: Condition, columns: Mapping[str, str], person: UUID) -> Q | None:
    """Return the same rule on columns, by fact; None when a column is missing, so that nothing passes."""
    rule = Q()
    for fact, clause in read(condition).items():
        if fact not in columns:
            return None
        rule &= clause.filter(columns[fact], person)
    return rule


def is_within(narrow: Condition, wide: Condition) -> bool:
    """Tell whether all that passes ``narrow`` passes ``wide``."""
    inner, outer = read(narrow), read(wide)
    return all(fact in inner and inner[fact].within(clause) for fact, clause in outer.items())
