"""The same queries as an organisation, with the policies, and as the owner, whose policy lets every row through."""

import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from parvis.cli.bench import world
from parvis.cli.bench.figures import percentile
from parvis.cli.bench.report import Metric, Target, metric
from parvis.cli.bench.session import Session
from parvis.cli.bench.tenancy.filling import MODEL, fill
from parvis.core import sql, tenancy
from parvis.core.actor import SYSTEM
from parvis.core.tenancy import APP, Scope
from parvis.directory import queries as directory
from parvis.exchange import commands
from parvis.exchange import queries as exchange

MOST_RATIO = 1.2
# With their filters, as the hub's own; the time of building them is left out, which would hide the cost of a policy.
_QUERIES = {
    "list": (
        "liste des 25 plus récents",
        """SELECT c.*, f.* FROM exchange_case c JOIN exchange_folder f ON f.id = c.folder_id
        WHERE c.recipient_id = %(town)s AND c.status = 'SENT' ORDER BY c.created_at DESC LIMIT 25""",
    ),
    "counts": (
        "compte par état",
        "SELECT status, count(*) FROM exchange_case WHERE recipient_id = %(town)s GROUP BY status",
    ),
    "key": (
        "lecture d’un dossier par sa clé",
        """SELECT * FROM exchange_case WHERE recipient_id = %(town)s AND id = (SELECT id FROM exchange_case
        WHERE recipient_id = %(town)s AND status = 'DONE' ORDER BY created_at DESC LIMIT 1)""",
    ),
}


def measure(session: Session) -> list[Metric]:
    """Return the time of a list, of counts by state and of a reading by key, with and without the policies."""
    size = session.size(2_000_000, 100_000)
    world.load(session.data_dir)
    _first_case()
    session.tell(f"Remplissage : {size} dossiers…")
    towns = itertools.cycle(fill(size).organisations)
    times = session.size(300, 60)
    found = []
    for name, (label, statement) in _QUERIES.items():
        query = partial(_ask, statement)
        turns = session.in_turns(
            f"{label}…",
            {
                "product": partial(_round, query, towns, times, policies=True),
                "baseline": partial(_round, query, towns, times, policies=False),
            },
        )
        found.append(
            metric(
                f"rls_{name}",
                f"{label}, parmi {size} (témoin : sans cloisonnement)",
                "ms",
                turns["product"],
                turns["baseline"],
                target=Target("≤", MOST_RATIO, "ratio"),
            )
        )
    return found


def _first_case() -> None:
    recipient = directory.organisation_for(world.RECIPIENT["siret"], world.RECIPIENT["branch"])
    if recipient is None:
        raise RuntimeError("load the world first")
    deposit = commands.Deposit(
        world.PROCESS, MODEL, commands.Applicant("Camille", "Martin"), [commands.NewCase(recipient.id)]
    )
    commands.deposit(deposit=deposit, depositor=exchange.platform_depositor(), actor=SYSTEM)


def _round(query: Callable[[UUID], object], towns: Iterator[UUID], times: int, *, policies: bool) -> float:
    """Return the median of a query for one organisation after the other, in milliseconds."""
    spent = []
    for town in itertools.islice(towns, times):
        scope = Scope(APP, "account", str(town), tenancy.array([town])) if policies else tenancy.OWNER
        with tenancy.scoped(scope):
            began = time.perf_counter()
            query(town)
            spent.append((time.perf_counter() - began) * 1000)
    return percentile(spent, 50)


def _ask(statement: str, town: UUID) -> object:
    return sql.fetch(statement, {"town": town})
