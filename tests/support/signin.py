"""The simulated providers, on loopback, and a browser's trip to them and back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client as Browser

from parvis_simulators.signin import server
from parvis_simulators.signin.provider import Client, Provider

SITE = "http://localhost:8600"
SECRET = "secret-du-client-de-test-0123456789"
KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = (
    KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
)
NAMES = {"franceconnect": "FranceConnect", "franceconnect-plus": "FranceConnect+", "proconnect": "ProConnect"}


@contextmanager
def providers(settings: Any, kinds: Mapping[str, type[Provider]]) -> Iterator[dict[str, Provider]]:
    """Play providers, and tell Parvis about them. The key of each is its kind and its address here."""
    played: dict[str, Provider] = {}
    running = server.serving(played)
    base = f"http://127.0.0.1:{running.server_port}"
    for kind, model in kinds.items():
        client = Client(f"parvis-{kind}", SECRET, f"{SITE}/connexion/{kind}/retour/", PUBLIC)
        played[kind] = model(kind, f"{base}/{kind}", client)
    settings.SITE_URL = SITE
    settings.FEDERATION = [configured(one) for one in played.values()]
    cache.clear()
    try:
        yield played
    finally:
        running.shutdown()
        running.server_close()
        cache.clear()


def configured(one: Provider) -> dict[str, str]:
    """What the settings file says of a provider."""
    key = PRIVATE if one.family.encrypted else ""
    return {
        "slug": one.kind,
        "kind": one.kind,
        "name": NAMES[one.kind],
        "issuer": one.issuer,
        "client_id": one.client.client_id,
        "client_secret": one.client.secret,
        "decryption_key": key,
    }


def departure(browser: Browser, slug: str, **query: str) -> str:
    """Leave, and return the provider's address."""
    answer = browser.get(f"/connexion/{slug}/", query)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer["Location"]


def chosen(address: str, person: str) -> str:
    """Choose who to be at the provider, and return the path it sends the browser back to."""
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query), ("person", person)])
    choose = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('authorize')}choose?{query}"
    answer = requests.get(choose, allow_redirects=False, timeout=5)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removeprefix(SITE)


def come_back(browser: Browser, slug: str, person: str, **query: str) -> Any:
    """The whole trip; return the answer of our callback."""
    return browser.get(chosen(departure(browser, slug, **query), person))
