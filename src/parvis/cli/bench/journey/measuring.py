"""Measure journeys: every request, then the part that a worker does after the sending."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parvis.cli.bench import world
from parvis.cli.bench.journey import answers, story
from parvis.cli.bench.meters import sql
from parvis.cli.bench.report import Metric, Target, count, metric
from parvis.cli.bench.session import Session

SIX_REQUESTS_TARGET_MS = 40.0
_FINISH = "teleservices.finish_deposit"
_LABELS: dict[story.Kind, str] = {
    "start": "page de début",
    "begin": "commencer",
    "resume": "reprendre où l’on en est",
    "step": "étape, page",
    "step_sent": "étape, envoi",
    "pieces": "pièces, page",
    "upload": f"pièces, envoi (2 × {answers.DOCUMENT_BYTES // 1024} Kio)",
    "summary": "récapitulatif",
    "submit": "envoi de la demande",
    "tracking": "page de suivi",
}


@dataclass(frozen=True, slots=True)
class Round:
    """Several journeys, on average: the whole, each kind of request, the worker's part of one (ms)."""

    total: float
    kinds: dict[str, float]
    worker: float


def measure(session: Session) -> list[Metric]:
    """Return the figures of the bench."""
    session.tell("Chargement des communes et des comptes…")
    world.load(session.data_dir)
    from parvis.core.clock import today  # noqa: PLC0415 - Django must be ready

    browser = story.signed_in(world.CITIZEN)
    steps, document = answers.steps(today()), answers.document()

    def play() -> story.Journey:
        return story.play(browser, steps, document)

    length = len(play().costs)
    few = _statements(play)
    each = session.size(8, 4)
    turns = session.in_turns(
        "Parcours complets…",
        {"product": lambda: _round(play, each), "baseline": lambda: story.still(browser, length * each) / each},
    )
    many = _statements(play)
    played = 3 + each * (session.rounds + 1)
    return [
        *_whole(turns["product"], turns["baseline"], length),  # type: ignore[arg-type] # each side has its own type
        *_statement_counts(few, many, played, length),
        *_kinds(turns["product"]),  # type: ignore[arg-type] # same
    ]


def _round(play: Callable[[], story.Journey], each: int) -> Round:
    kinds: defaultdict[str, list[float]] = defaultdict(list)
    journeys = [play() for _ in range(each)]
    for kind, cost in (pair for journey in journeys for pair in journey.costs):
        kinds[kind].append(cost)
    jobs = story.waiting_jobs(_FINISH)
    before = time.process_time()
    for job in jobs:
        job()
    worker = (time.process_time() - before) * 1000 / len(jobs)
    total = statistics.fmean(journey.total for journey in journeys)
    return Round(total, {kind: statistics.fmean(costs) for kind, costs in kinds.items()}, worker)


def _statements(play: Callable[[], story.Journey]) -> int:
    with sql.watched() as seen:
        play()
    return seen.count


def _whole(product: Sequence[Round], baseline: Sequence[float], length: int) -> list[Metric]:
    """The journey from end to end, and the same for six requests, which is what the target is about."""
    return [
        metric(
            "six_requests_cpu",
            "CPU de 6 requêtes moyennes du parcours",
            "ms",
            [6 * one.total / length for one in product],
            [6 * one / length for one in baseline],
            target=Target("≤", SIX_REQUESTS_TARGET_MS),
        ),
        metric("journey_cpu", "CPU du parcours entier", "ms", [one.total for one in product], baseline),
        count("journey_requests", "Requêtes HTTP du parcours entier", "requêtes", length),
        metric("worker_cpu", "CPU de la tâche de fond (PDF)", "ms", [one.worker for one in product]),
    ]


def _statement_counts(few: int, many: int, played: int, length: int) -> list[Metric]:
    label = f"SQL par parcours, au {played}ᵉ (témoin : au 2ᵉ)"
    return [
        count("sql_growth", label, "requêtes", many, few, target=Target("=", 1, "ratio")),
        count("sql_per_request", "SQL par requête HTTP, en moyenne", "requêtes", round(many / length, 2)),
    ]


def _kinds(product: Sequence[Round]) -> list[Metric]:
    return [
        metric(f"cpu_{kind}", f"CPU : {label}", "ms", [one.kinds[kind] for one in product])
        for kind, label in _LABELS.items()
    ]
