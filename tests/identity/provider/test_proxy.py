"""Programs' certificates through the real nginx, with the configuration that we ship."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client as Browser

from tests.support import nginx, town
from tests.support.card_pki import DAY, Holder, Pki
from tests.support.site import serving
from tests.support.town import Town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def front(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[nginx.Front]:
    settings.TLS_PROXIES = ["127.0.0.1"]
    settings.ALLOWED_HOSTS = ["*"]
    with serving() as behind, nginx.running(tmp_path, behind, Pki()) as started:
        yield started


def asked(front: nginx.Front, path: str, shown: Holder | None, body: str = "", **headers: str) -> tuple[int, Any]:
    """Ask the certificates' host; the answer's JSON, or its text."""
    answer: Any = front.ask(nginx.CARDS, path, shown, body, **headers)
    return answer.status, json.loads(answer.text) if answer.text.startswith("{") else answer.text


def test_a_token_follows_the_certificate_it_was_given_to(front: nginx.Front, browser: Browser) -> None:
    good, other = front.pki.card("rennes"), front.pki.card("nice")
    subject = good.certificate.subject.rfc4514_string()
    client = Town(town.registered(auth_method="tls_client_auth", tls_subject=subject))
    stranger = Pki().card("rennes")
    old = front.pki.card("rennes", begins=timedelta(days=-20), ends=-DAY)
    body = urlencode(
        {
            "grant_type": "authorization_code",
            "code": client.sign_in(browser)["code"],
            "redirect_uri": client.back,
            "code_verifier": client.verifier,
            "client_id": client.made.client_id,
        }
    )
    assert asked(front, town.TOKEN, None, body)[0] == 401
    assert asked(front, town.TOKEN, other, body)[0] == 401
    for bad in (stranger, old):  # nginx itself says so
        assert asked(front, town.TOKEN, bad, body)[0] == 400
    forged = {"X-Client-Cert": quote(good.pem().decode()), "X-Client-Verify": "SUCCESS"}
    assert asked(front, town.TOKEN, None, body, **forged)[0] == 401
    main: Any = front.ask(nginx.MAIN, town.TOKEN, None, body, **forged)
    assert main.status == 401, "the main host believes no header"
    status, tokens = asked(front, town.TOKEN, good, body)
    assert status == 200, tokens
    held = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert asked(front, town.USERINFO, good, **held)[0] == 200
    assert asked(front, town.USERINFO, front.pki.card("rennes"), **held)[0] == 401
    assert asked(front, town.USERINFO, None, **held)[0] == 401
    assert asked(front, town.USERINFO, None, **held, **forged)[0] == 401
