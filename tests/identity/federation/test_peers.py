"""Signing in at an independent provider: npm oidc-provider, the engine that the real services run."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.cache import cache
from django.test import Client as Browser
from joserfc.jwk import RSAKey

from parvis.identity.federation import sessions
from parvis.identity.models import FederatedIdentity
from tests.support import signin

ROOT = Path(__file__).parents[3]
NODE = shutil.which("node")
LACKING = NODE is None or not (ROOT / "node_modules" / "oidc-provider").exists()
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(LACKING, reason="needs node and oidc-provider from npm"),
]


@pytest.fixture
def peer(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """Start the peer as one of the services and make it the only provider; give its kind."""
    kind: str = request.param
    jwk = dict(RSAKey.import_key(signin.PUBLIC).as_dict(private=False)) | {"use": "enc", "alg": "RSA-OAEP-256"}
    wanted = {
        "kind": kind,
        "client_id": "parvis",
        "client_secret": signin.SECRET,
        "redirect_uri": f"{signin.SITE}/connexion/{kind}/retour/",
        "jwk": jwk,
    }
    script = ROOT / "tests" / "peers" / "provider.mjs"
    with subprocess.Popen(
        [str(NODE), str(script), json.dumps(wanted)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        settings.SITE_URL = signin.SITE
        settings.FEDERATION = [
            {
                "slug": kind,
                "kind": kind,
                "name": signin.NAMES[kind],
                "issuer": process.stdout.readline().strip(),
                "client_id": "parvis",
                "client_secret": signin.SECRET,
                "decryption_key": signin.PRIVATE,
            }
        ]
        cache.clear()
        try:
            yield kind
        finally:
            process.terminate()
            cache.clear()


def _there_and_back(address: str) -> str:
    """Follow the peer's own pages until it sends the browser back to us."""
    with requests.Session() as web:
        for _ in range(8):
            answer = web.get(address, allow_redirects=False, timeout=5)
            assert answer.is_redirect, f"{answer.status_code} {answer.text[:400]}"
            address = requests.compat.urljoin(address, answer.headers["Location"])
            if address.startswith(signin.SITE):
                return address.removeprefix(signin.SITE)
    pytest.fail("the peer never sends back")


@pytest.mark.parametrize(
    ("peer", "level", "identity"),
    [
        ("franceconnect", "", 1),
        ("franceconnect-plus", "", 2),
        ("franceconnect-plus", "eidas3", 3),
        ("proconnect", "mfa", 0),
    ],
    indirect=["peer"],
)
def test_a_sign_in_at_the_peer(peer: str, level: str, identity: int) -> None:
    browser = Browser()
    answer = browser.get(_there_and_back(signin.departure(browser, peer, niveau=level)))
    assert answer.status_code == 302, answer.context["code"]
    assert sessions.axes_of(browser.session).identity == identity
    assert FederatedIdentity.objects.get().sub == "personne-1"


@pytest.mark.parametrize("peer", ["franceconnect"], indirect=True)
def test_the_peer_refuses_what_franceconnect_refuses(peer: str) -> None:
    address = signin.departure(Browser(), peer)
    assert requests.get(f"{address}&code_challenge=x", timeout=5).text == "Y030007"
