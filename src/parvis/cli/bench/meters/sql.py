"""How many SQL statements a piece of work sends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass(slots=True)
class Statements:
    """The statements seen, in order. BEGIN and COMMIT are the driver's and are not among them; savepoints are."""

    texts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.texts)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        """Note one statement and let it through."""
        self.texts.append(sql)
        return execute(sql, params, many, context)


@contextmanager
def watched() -> Iterator[Statements]:
    """Note every statement of Django's connection, in this thread."""
    seen = Statements()
    with connection.execute_wrapper(seen):
        yield seen
