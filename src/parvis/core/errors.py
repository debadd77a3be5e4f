"""The one way to refuse: a stable code for machines, a plain French sentence that says what to do next."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``field`` names the input at fault, empty when it is the whole request."""

    code: str
    message: str
    field: str = ""


class DomainError(Exception):
    """A refusal by a rule. Shown as a form error (422) on pages and ``application/problem+json`` on the API.

    ``status`` is the HTTP status the API answers with: 422 unless the refusal is about rights (403),
    absence (404) or a conflict with what is already there (409).
    """

    status = 422

    def __init__(self, code: str, message: str, *, field: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)
        self.field = field
        self.problems = problems or (Problem(code, self.message, field),)


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

    def add(self, code: str, message: str, *, field: str = "") -> None:
        """Note one defect."""
        self.found.append(Problem(code, str(message), field))

    def refuse_if_any(self) -> None:
        """Raise one DomainError that carries them all; do nothing when there is none."""
        if self.found:
            first = self.found[0]
            raise DomainError(first.code, first.message, field=first.field, problems=tuple(self.found))
