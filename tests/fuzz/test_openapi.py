"""Whatever the descriptions allow, and what they do not, is sent: no answer may be an error of ours."""

import json
import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation.modes import GenerationMode

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM, Actor
from parvis.identity import commands as identity
from tests.support import world
from tests.support.contract import FILES, HUBEE, ContractClient
from tests.support.deposits import deposited

bounded = settings(
    max_examples=int(os.environ.get("PARVIS_FUZZ_EXAMPLES", "12")),  # `make fuzz` tries many more
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def token(here: world.World, role: str) -> str:
    """Return a live token that may do everything: a refusal for want of rights would hide the rest."""
    made = identity.register_client(name=role, scopes=[role], actor=SYSTEM)
    for organisation in (here.operator, here.rennes):
        world.allow(Actor("client", made.client), organisation.id, tuple(Action))
    return identity.issue_token(client_id=made.client_id, secret=made.secret, scope=role).token


def operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


def send(browser: Client, case: Any, base: str) -> Any:
    """Send a generated case through Django's own test client."""
    request = case.as_transport_kwargs(base_url="http://testserver")
    path = base + request["url"].removeprefix("http://testserver")
    body = request.get("json", request.get("data"))
    headers = {k: str(v) for k, v in (request.get("headers") or {}).items() if k.lower() != "authorization"}
    query = request.get("params") or {}
    if isinstance(body, (dict, list, int, float, bool)) or body is None:
        body = json.dumps(body) if body is not None else ""
    # A request has its own transactions: one that PostgreSQL refused (a NUL in a text) must not break those after it.
    before = transaction.savepoint()
    answer = browser.generic(
        case.method, path, body or "", content_type="application/json", headers=headers, query_params=query
    )
    (transaction.savepoint_rollback if answer.status_code >= 400 else transaction.savepoint_commit)(before)
    return answer


def fuzz(schema: Any, browser: Client, base: str) -> None:
    """Send right and wrong requests to every operation; each must be a real address of ours."""
    for operation in operations(schema):
        seen: Counter[int] = Counter()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _fuzz_one(operation, mode, browser, base, seen)
        assert set(seen) - {401, 403, 405}, f"{operation.label} is never reached: {dict(seen)}"


def _fuzz_one(operation: Any, mode: GenerationMode, browser: Client, base: str, seen: Counter[int]) -> None:
    @bounded
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        answer = send(browser, case, base)
        # A path with a slash or a dot inside leads nowhere; everything else must be answered by the API itself.
        if not answer["Content-Type"].startswith("text/html"):
            seen[answer.status_code] += 1
        assert answer.status_code < 500, f"{case.method} {case.path}: {answer.content[:300]!r}"

    check()


def test_no_request_to_the_native_api_is_an_error_of_ours() -> None:
    here = world.build()
    deposited(here)
    browser = Client(headers={"authorization": f"Bearer {token(here, 'SI')}"})
    schema = schemathesis.openapi.from_dict(browser.get("/api/v1/openapi.json").json())
    fuzz(schema, browser, "")


@pytest.mark.skipif(not HUBEE.exists(), reason="reference data is not beside the project")
@pytest.mark.parametrize(("name", "base"), FILES.items())
def test_every_answer_of_the_facade_is_a_described_one(name: str, base: str) -> None:
    here = world.build()
    deposited(here)
    browser = ContractClient(headers={"authorization": f"Bearer {token(here, 'ADMIN')}"})
    schema = schemathesis.openapi.from_path(HUBEE / name)
    fuzz(schema, browser, base)


@bounded
@given(
    st.binary(max_size=300), st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded"])
)
def test_no_bytes_break_the_token_page(raw: bytes, kind: str) -> None:
    assert Client().post("/oauth2/token", raw, content_type=kind).status_code < 500
