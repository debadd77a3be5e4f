"""`/metrics`: figures for Prometheus, for who holds ``PARVIS_METRICS_TOKEN``. Without a token there is no such page.

No personal data, and no organisation, in labels: processes, states and route classes only, so that series stay few.
The figures of the database are computed at each scrape, the same whichever web process answers. Durations of requests
are those of the answering process, unless ``PROMETHEUS_MULTIPROC_DIR`` names an empty folder that all share.
"""

import hmac
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from parvis.core import outbox, tenancy
from parvis.core.clock import now
from parvis.documents import queries as documents
from parvis.exchange.queries import figures
from parvis.ledger import queries as ledger
from parvis.notifications import queries as notifications
from parvis.preservation import queries as preservation

Handler = Callable[[HttpRequest], HttpResponse]
ROUTES = ("api", "teledossiers", "referential", "oauth2", "suivi", "supervision", "demandes", "static", "compte")
DURATIONS = Histogram(
    "parvis_http_request_duration_seconds",
    "Time to answer, by class of route, method and class of status.",
    ("route", "method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def timed(get_response: Handler) -> Handler:
    """Measure every answer. The route is its first word among those known: never an identifier."""

    def handle(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        first = request.path.lstrip("/").partition("/")[0]
        labels = (
            first if first in ROUTES else "page",
            request.method if request.method in METHODS else "other",
            f"{response.status_code // 100}xx",
        )
        DURATIONS.labels(*labels).observe(time.perf_counter() - started)
        return response

    return handle


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Answer the exposition, or 404: an address that is closed does not say that it exists."""
    given = request.headers.get("Authorization", "")
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), expected.encode()):
        return HttpResponseNotFound()
    registry = CollectorRegistry()
    with tenancy.elevated():  # of the whole platform: whoever holds the token may know how many, and never which
        registry.register(Figures())
        answer = generate_latest(registry) + generate_latest(_own_registry())
    response = HttpResponse(answer, content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


def _own_registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library is not typed here
    return registry


class Figures(Collector):
    """What the database says now: about a dozen queries, each an aggregate."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every family."""
        yield from _hub()
        yield from _queues()
        yield from _journal()
        yield from _preservation()


def _hub() -> Iterator[GaugeMetricFamily]:
    yield _by("parvis_folders", "Folders kept.", "process", figures.folders_by_process())
    cases = GaugeMetricFamily("parvis_cases", "Cases, by process and state.", labels=("process", "state"))
    for process, state, count in figures.cases_by_state():
        cases.add_metric((process, state), count)
    yield cases
    yield _gauge("parvis_attachments_pending", "Documents announced and not come.", figures.attachments_pending())
    yield _gauge("parvis_breaker_cut_callers", "Callers that the breaker keeps out.", figures.callers_cut())
    yield _by("parvis_situations_open", "Situations to look at, by kind.", "kind", figures.situations_open())
    answers = documents.antivirus_answers()
    yield _gauge("parvis_antivirus_configured", "1 when an antivirus is configured.", answers is not None)
    yield _gauge("parvis_antivirus_up", "1 when the configured antivirus answers.", answers is True)


def _queues() -> Iterator[GaugeMetricFamily]:
    count, oldest = figures.notifications_waiting()
    yield _gauge("parvis_notifications_waiting", "Notifications not acknowledged.", count)
    yield _gauge("parvis_notifications_oldest_seconds", "Age of the oldest of them.", _age(oldest))
    webhooks = {"waiting": 0, "abandoned": 0} | figures.webhooks_by_state()
    yield _by("parvis_webhooks", "Webhooks not delivered, by state.", "state", webhooks)
    yield _by("parvis_mails", "Mails, by state.", "state", notifications.counts_by_state())
    jobs = outbox.job_figures()
    yield _by("parvis_jobs", "Jobs kept, by state.", "state", {"todo": 0, "doing": 0, "failed": 0} | jobs.by_state)
    yield _gauge("parvis_jobs_oldest_due_seconds", "How late the oldest job that is due is.", _age(jobs.oldest_due))


def _journal() -> Iterator[GaugeMetricFamily]:
    found = ledger.ledger_figures()
    yield _gauge("parvis_ledger_entries", "Entries sealed in the tree.", found.sealed)
    yield _gauge("parvis_ledger_pending", "Entries not yet sealed.", found.pending)
    yield _gauge("parvis_ledger_lag_seconds", "Age of the oldest entry not yet sealed.", _age(found.oldest_pending))
    yield _gauge("parvis_ledger_checkpoint_seconds", "Age of the last checkpoint.", _age(found.last_checkpoint))
    seen = ledger.witnesses()
    yield _gauge(
        "parvis_ledger_witness_alarms", "Witnesses that found the journal wrong.", sum(bool(w.alarm) for w in seen)
    )
    yield _by(
        "parvis_ledger_witness_behind", "Entries not seen, by witness.", "witness", {w.name: w.behind for w in seen}
    )


def _preservation() -> Iterator[GaugeMetricFamily]:
    found = preservation.health()
    yield _gauge("parvis_preservation_objects", "Objects kept.", found.objects)
    yield _gauge("parvis_preservation_waiting", "Objects that the replica lacks.", found.waiting)
    yield _gauge("parvis_preservation_lag_seconds", "Age of the oldest thing it lacks.", _age(found.behind_since))
    yield _gauge("parvis_preservation_damaged", "Objects bad on a site and not repaired.", found.damaged)
    yield _gauge("parvis_preservation_lost", "Objects bad on both sites.", found.lost)


def _age(moment: datetime | None) -> float:
    return max(0.0, (now() - moment).total_seconds()) if moment else 0.0


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=float(value))


def _by(name: str, says: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=(label,))
    for key, value in values.items():
        family.add_metric((str(key),), value)
    return family
