"""The same queries as an organisation, with the policies, and as the owner, whose policy lets every row through."""

import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from django.db.models import Count

from parvis.cli.bench import world
from parvis.cli.bench.figures import percentile
from parvis.cli.bench.report import Metric, Target, metric
from parvis.cli.bench.session import Session
from parvis.cli.bench.tenancy.filling import MODEL, fill
from parvis.core import tenancy
from parvis.core.actor import SYSTEM
from parvis.core.tenancy import APP, Scope
from parvis.directory import queries as directory
from parvis.exchange import commands
from parvis.exchange import queries as exchange
from parvis.exchange.models import Case

MOST_RATIO = 1.2
PAGE = 25


def measure(session: Session) -> list[Metric]:
    """Return the time of a list, of counts by state and of a reading by key, with and without the policies."""
    size = session.size(2_000_000, 100_000)
    world.load(session.data_dir)
    _first_case()
    session.tell(f"Remplissage : {size} dossiers…")
    towns = itertools.cycle(fill(size).organisations)
    times = session.size(300, 60)
    said = {
        "list": ("liste des 25 plus récents", _list),
        "counts": ("compte par état", _counts),
        "key": ("lecture d’un dossier par sa clé", _by_key),
    }
    found = []
    for name, (label, query) in said.items():
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


def _list(town: UUID) -> object:
    rows = Case.objects.filter(recipient=town, status="SENT").order_by("-created_at")[:PAGE]
    return list(rows.select_related("folder"))


def _counts(town: UUID) -> object:
    return list(Case.objects.filter(recipient=town).values("status").annotate(count=Count("id")))


def _by_key(town: UUID) -> object:
    found = Case.objects.filter(recipient=town, status="DONE").order_by("-created_at").values_list("id", flat=True)[:1]
    return Case.objects.filter(recipient=town).get(id=found[0])
