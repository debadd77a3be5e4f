"""The one way to refuse: a stable code for machines, a plain French sentence that says what to do next.

A sentence is written whole, in French, where it is raised, with ``%(name)s`` where a value goes: `tools.messages` finds
it there, and `core.words` says it in the reader's language. Nothing here knows of languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Params = Mapping[str, object]


class Size(int):
    """A size of file, in bytes, among the values of a sentence."""

    kilo = 1024

    @property
    def amount(self) -> float:
        """How many megabytes, or kilobytes below one megabyte."""
        return round(self / self.kilo**2, 1) if self.is_mega else max(1, round(self / self.kilo))

    @property
    def is_mega(self) -> bool:
        """Whether people count it in megabytes."""
        return self >= self.kilo**2

    def __str__(self) -> str:
        return f"{self.amount:g} {'Mo' if self.is_mega else 'Ko'}".replace(".", ",")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``field`` names the input at fault, empty when it is the whole request."""

    code: str
    sentence: str
    params: Params = field(default_factory=dict)
    field: str = ""

    @property
    def message(self) -> str:
        """The sentence in French, as the API gives it."""
        # Without values, a sentence may hold a bare per cent sign.
        return (
            self.sentence % {name: _french(value) for name, value in self.params.items()}
            if self.params
            else self.sentence
        )


def _french(value: object) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


class DomainError(Exception):
    """A refusal by a rule. Shown as a form error (422) on pages and ``application/problem+json`` on the API.

    ``status`` is the HTTP status the API answers with: 422 unless the refusal is about rights (403),
    absence (404) or a conflict with what is already there (409).
    """

    status = 422

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        field: str = "",
        params: Params | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.problem = Problem(code, sentence, params or {}, field)
        self.code = code
        self.field = field
        self.message = self.problem.message
        self.problems = problems or (self.problem,)
        super().__init__(self.message)


class RefusedError(DomainError):
    """The actor may not do this. The message never reveals whether the object exists."""

    status = 403


class AbsentError(DomainError):
    """Unknown, or not visible to this actor: both look the same from outside."""

    status = 404


class ConflictError(DomainError):
    """The request is well formed but the present state forbids it."""

    status = 409


@dataclass(slots=True)
class Problems:
    """Collect every defect before refusing, so that people correct once and not ten times."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, sentence: str, *, field: str = "", params: Params | None = None) -> None:
        """Note one defect."""
        self.found.append(Problem(code, sentence, params or {}, field))

    def refuse_if_any(self) -> None:
        """Raise one DomainError that carries them all; do nothing when there is none."""
        if self.found:
            first = self.found[0]
            raise DomainError(
                first.code, first.sentence, field=first.field, params=first.params, problems=tuple(self.found)
            )
