"""A hundred deposits a call, against psycopg writing the rows of a hundred in one transaction, pipelined."""

import json
import time
from collections.abc import Callable

from parvis.cli.bench.deposit import bare
from parvis.cli.bench.drive import wsgi
from parvis.cli.bench.report import Metric, Target, metric
from parvis.cli.bench.session import Session

TOGETHER = 100
RATIO_TARGET = 0.4
_URL = "/api/v1/folders/bulk"


def measure(
    session: Session,
    browser: wsgi.Browser,
    recording: bare.Recording,
    body: Callable[[str], bytes],
    number: Callable[[], str],
) -> list[Metric]:
    """Return processor time and rate; ``body`` is one deposit as JSON, ``number`` a fresh external id."""
    calls = session.size(10, 4)

    def product() -> None:
        folders = b",".join(body(number()) for _ in range(TOGETHER))
        answer = browser.send("POST", _URL, b'{"folders": [%s]}' % folders, "application/json", expect=200)
        if json.loads(answer.body)["deposited"] != TOGETHER:
            raise wsgi.UnexpectedAnswerError(answer.body[:500])

    with bare.connect() as alone:

        def baseline() -> None:
            recording.write_many(alone, [number() for _ in range(TOGETHER)])

        turns = session.in_turns(
            f"Dépôts par {TOGETHER}…",
            {"product": lambda: _round(product, calls), "baseline": lambda: _round(baseline, calls)},
        )
    mine, bare_turns = turns["product"], turns["baseline"]
    return [
        metric(
            "together_cpu",
            f"CPU de l’application par dépôt, {TOGETHER} par appel",
            "ms",
            [cpu for cpu, _ in mine],
            [cpu for cpu, _ in bare_turns],
        ),
        metric(
            "together_rate",
            f"Débit, {TOGETHER} par appel, contre une transaction de psycopg",
            "dépôts/s",
            [rate for _, rate in mine],
            [rate for _, rate in bare_turns],
            target=Target("≥", RATIO_TARGET, "ratio"),
        ),
    ]


def _round(batch: Callable[[], None], calls: int) -> tuple[float, float]:
    """Return processor time (ms) a deposit, and deposits a second."""
    cpu, start = time.process_time(), time.perf_counter()
    for _ in range(calls):
        batch()
    spent, elapsed = time.process_time() - cpu, time.perf_counter() - start
    return spent * 1000 / (calls * TOGETHER), calls * TOGETHER / elapsed
