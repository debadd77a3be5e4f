"""An independent client, npm openid-client 6, in every way it knows; and jose reading our logout tokens."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings as configured
from django.test import Client as Browser
from joserfc.jwk import ECKey

from parvis.core.actor import SYSTEM
from parvis.identity.commands import register_client
from parvis.identity.models import Account
from tests.support import town
from tests.support.jobs import run_jobs
from tests.support.site import serving

ROOT = Path(__file__).parents[3]
NODE = shutil.which("node")
LACKING = NODE is None or not (ROOT / "node_modules" / "openid-client").exists()
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(LACKING, reason="needs node and openid-client from npm"),
]
BACK, BYE = "https://rennes.example/retour", "https://rennes.example/au-revoir"


@pytest.fixture
def issuer(transactional_db: None, settings: Any) -> Iterator[str]:
    with serving() as address:
        settings.SITE_URL = address
        settings.CSRF_TRUSTED_ORIGINS = [address]
        yield address


def _peer(**wanted: Any) -> dict[str, Any]:
    script = ROOT / "tests" / "peers" / "relying.mjs"
    done = subprocess.run(
        [str(NODE), str(script), json.dumps(wanted)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _cookie(browser: Browser) -> list[str]:
    return [configured.SESSION_COOKIE_NAME, str(browser.session.session_key)]


@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_a_code_with_pkce(issuer: str, browser: Browser, ines: Account, method: str) -> None:
    made = town.registered(auth_method=method)
    seen = _peer(
        issuer=issuer,
        client_id=made.client_id,
        secret=made.secret,
        redirect_uri=BACK,
        goodbye=BYE,
        way="plain",
        cookie=_cookie(browser),
    )
    assert seen["claims"]["acr"] == "eidas0"
    assert seen["told"]["email"] == "ines@exemple.example"
    assert seen["renewed"]["sub"] == seen["claims"]["sub"]
    assert seen["left"] == f"{BYE}?state=fin"
    assert "_auth_user_id" not in browser.session
    if method == "client_secret_basic":
        assert seen["inspected"]["active"]
        assert not seen["revoked"]["active"]


def test_a_pushed_request_a_key_and_possession(issuer: str, browser: Browser, ines: Account) -> None:
    key = ECKey.generate_key("P-256", {"kid": "un", "use": "sig", "alg": "ES256"})
    machine = register_client(name="Logiciel", scopes=["SI"], actor=SYSTEM)
    made = town.registered(
        auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
        require_par=True,
        dpop_bound=True,
        machine=machine.client,
    )
    seen = _peer(
        issuer=issuer,
        client_id=made.client_id,
        jwk=key.as_dict(private=True),
        redirect_uri=BACK,
        goodbye=BYE,
        way="dpop",
        machine=True,
        cookie=_cookie(browser),
    )
    assert "request_uri=" in seen["start"]
    assert "redirect_uri" not in seen["start"]
    assert seen["type"] == "dpop"
    assert "jkt" in seen["inspected"]["cnf"]
    assert seen["machine"]["scope"] == "SI"


def test_a_logout_token(issuer: str, browser: Browser, ines: Account, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    received: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.extend(parse_qs(body)["logout_token"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        made = town.registered(backchannel_logout_uri=f"http://127.0.0.1:{server.server_port}/fin")
        client = town.Town(made)
        claims = town.claims(client.tokens(browser)["id_token"])
        browser.post("/compte/logout/")
        run_jobs()
    finally:
        server.shutdown()
        server.server_close()
    (token,) = received
    read = _peer(issuer=issuer, client_id=made.client_id, token=token, way="logout")
    assert read["payload"]["sid"] == claims["sid"]
    assert "nonce" not in read["payload"]
