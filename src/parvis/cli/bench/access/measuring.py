"""Time decisions among half a million grants, and count where the decision, the filter and Cedar part."""

import time
from collections.abc import Callable
from functools import partial
from itertools import count
from random import Random
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from parvis.access import queries
from parvis.access.enums import Action
from parvis.cli.bench import report
from parvis.cli.bench.access import country as countries
from parvis.cli.bench.access.country import Country
from parvis.cli.bench.figures import percentile
from parvis.cli.bench.report import Metric, Target
from parvis.cli.bench.session import Session
from parvis.core import sql
from parvis.core.actor import Actor

TARGET_MS = 1.0
_ASKED = (Action.CASE_READ, Action.CASE_PROCESS, Action.MEMBERS_MANAGE)
_PROCESSES = ("recensementCitoyen", "EtatCivil", "CERTDC")


def measure(session: Session) -> list[Metric]:
    """Return the time of a decision (half and nineteen out of twenty), its statements, and how many answers part."""
    units, grants = session.size(100_000, 20_000), session.size(500_000, 100_000)
    session.tell(f"Copie de {grants} droits sur {units} services…")
    country = countries.load(units, grants)
    times = session.size(3_000, 500)
    sides: dict[str, Callable[[], tuple[float, float]]] = {
        "product": partial(_decisions, country, times),
        "baseline": partial(_bare, country, times),
    }
    rounds = session.in_turns("Décisions…", sides)
    found = [
        report.metric(
            f"may_p{rank}",
            f"une décision, {share} : {grants} droits sur {units} services (témoin : une personne lue par sa clé)",
            "ms",
            [one[place] for one in rounds["product"]],
            [one[place] for one in rounds["baseline"]],
            target=Target("≤", TARGET_MS) if rank == 95 else None,  # noqa: PLR2004 - the one that was promised
        )
        for place, (rank, share) in enumerate(((50, "une sur deux"), (95, "19 sur 20")))
    ]
    return [*found, _statements(country), *_agreement(session)]


def _decisions(country: Country, times: int) -> tuple[float, float]:
    """Return the median and the 95th percentile of a decision, in milliseconds."""
    dice = Random(times)  # noqa: S311 - a bench, not a secret
    return _timed([partial(_decide, dice, country) for _ in range(times)])


def _decide(dice: Random, country: Country) -> None:
    kind, (one, organisation) = ("account", dice.choice(country.people))
    if dice.random() < 0.2:  # noqa: PLR2004 - a fifth of the calls are programs'
        kind, (one, organisation) = ("client", dice.choice(country.programs))
    unit: UUID | None = dice.choice(country.units[organisation]) if dice.random() < 0.5 else None  # noqa: PLR2004 - half
    actor = Actor(kind, one)  # type: ignore[arg-type]
    queries.may(actor, dice.choice(_ASKED), organisation=organisation, process=dice.choice(_PROCESSES), unit=unit)


def _bare(country: Country, times: int) -> tuple[float, float]:
    dice = Random(times)  # noqa: S311 - a bench, not a secret
    statement = "SELECT id, is_active FROM identity_account WHERE id = %(id)s"
    return _timed([partial(sql.fetch, statement, {"id": dice.choice(country.people)[0]}) for _ in range(times)])


def _timed(calls: list[Callable[[], object]]) -> tuple[float, float]:
    spent = []
    for call in calls:
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * 1000)
    return percentile(spent, 50), percentile(spent, 95)


def _statements(country: Country) -> Metric:
    """Count the statements of one decision."""
    with CaptureQueriesContext(connection) as seen:
        _decide(Random(1), country)  # noqa: S311 - a bench, not a secret
    return report.count("may_sql", "instructions SQL d’une décision", "", len(seen), target=Target("=", 1))


def _agreement(session: Session) -> list[Metric]:
    """Ask the three judges; nothing when Cedar is not installed (it is a tool of the developers)."""
    try:
        import cedarpy  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        return []
    from parvis.cli.bench.access.agreeing import ask  # noqa: PLC0415 - needs Cedar

    wanted = session.size(100_000, 5_000)
    session.tell(f"Décision, filtre et Cedar sur {wanted} cas tirés au hasard…")
    tally = ask(count(1), wanted)
    said = f"réponses où décision, filtre et Cedar divergent, sur {tally.asked} cas dont {tally.allowed} permis"
    return [report.count("divergence", said, "", tally.parted, target=Target("=", 0))]
