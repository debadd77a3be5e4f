from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from parvis.core.actor import SYSTEM
from parvis.ledger import commands as ledger
from tests.support import world
from tests.support.deposits import deposited

pytestmark = pytest.mark.django_db
KEY = "une-longue-suite-de-mots"


def read(client: Client) -> dict[str, list[Any]]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200
    families = list(text_string_to_metric_families(answer.content.decode()))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    return {family.name: family.samples for family in families}


def test_the_exposition_is_valid_and_says_what_is_there(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = KEY
    here = world.build()
    deposited(here)
    client.get("/")
    found = read(client)
    labels = {tuple(sample.labels.items()): sample.value for sample in found["parvis_cases"]}
    assert labels[("process", world.PROCESS), ("state", "HUBEE_NOTIFIED")] == 1
    assert found["parvis_folders"][0].value == 1
    assert found["parvis_notifications_waiting"][0].value == 1
    assert found["parvis_notifications_oldest_seconds"][0].value > 0
    assert found["parvis_ledger_pending"][0].value > 0
    assert found["parvis_antivirus_configured"][0].value == 0
    assert {"parvis_webhooks", "parvis_jobs", "parvis_jobs_oldest_due_seconds", "parvis_breaker_cut_callers"} <= set(
        found
    )
    assert any(sample.labels.get("route") == "page" for sample in found["parvis_http_request_duration_seconds"])


def test_the_lag_of_the_sequencer_is_measured(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = KEY
    ledger.record(actor=SYSTEM, action="test.done", subject="test:1")
    assert read(client)["parvis_ledger_pending"][0].value == 1


def test_no_label_names_a_person_or_an_organisation(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = KEY
    here = world.build()
    deposited(here)
    values = {v for samples in read(client).values() for sample in samples for v in sample.labels.values()}
    assert not values & {here.rennes.siret, here.rennes.name, str(here.rennes.id), "Martin"}
    assert not [value for value in values if len(value) > 30]


def test_queries_do_not_grow_with_the_cases(client: Client, settings: Any, django_assert_num_queries: Any) -> None:
    settings.METRICS_TOKEN = KEY
    here = world.build()
    for _ in range(2):
        deposited(here)
    with django_assert_num_queries(19):
        read(client)


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer autre-chose", f"Basic {KEY}"])
def test_without_the_token_there_is_no_such_page(client: Client, settings: Any, header: str) -> None:
    settings.METRICS_TOKEN = KEY
    assert client.get("/metrics", headers={"Authorization": header}).status_code == 404


def test_without_a_token_set_the_page_is_closed(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
