"""Which client calls: each way of proving it, and what pretends to be one (RFC 7523, RFC 8705, ASVS 5 V10.4)."""

import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from joserfc import jwt
from joserfc.jwk import ECKey

from parvis.core import outward
from parvis.core.actor import SYSTEM
from parvis.core.ids import new_id
from parvis.identity import shown_certificates
from parvis.identity.commands import register_client, revoke_client, suspend_client
from parvis.identity.provider import registry
from parvis.identity.provider.models import SeenProof
from parvis.ledger.models import Entry
from tests.support import town
from tests.support.town import Town, error_of

pytestmark = pytest.mark.django_db
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PROXY = "10.0.0.1"


def _answer(**body: str) -> Any:
    return Browser().post(town.TOKEN, {"grant_type": "refresh_token", "refresh_token": "x"} | body)


# --- A secret -----------------------------------------------------------------------------------------------------


def test_a_wrong_secret_says_nothing_of_why(rennes: Town, nice: Town) -> None:
    unknown = rennes.post(town.TOKEN, {"Authorization": "Basic cnAteDp4"}, grant_type="refresh_token")
    rennes.made = registry.Registered(rennes.made.id, rennes.made.client_id, "faux")
    wrong = rennes.post(town.TOKEN, grant_type="refresh_token")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()
    assert wrong["WWW-Authenticate"].startswith("Basic ")
    assert Entry.objects.filter(action="provider.client_refused", outcome="refused").count() == 2


def test_a_client_proves_itself_by_its_own_method_only(rennes: Town) -> None:
    """ASVS 10.4.16: a client with a secret is not believed on its name, nor with the secret in the body."""
    mine = rennes.made
    assert error_of(_answer(client_id=mine.client_id)) == "invalid_client"
    assert error_of(_answer(client_id=mine.client_id, client_secret=mine.secret)) == "invalid_client"
    assert error_of(rennes.post(town.TOKEN, client_secret=mine.secret)) == "invalid_request"
    assert error_of(rennes.post(town.TOKEN, client_id="rp-autre")) == "invalid_client"
    public = town.registered(auth_method="none")
    with_secret = Town(registry.Registered(public.id, public.client_id, "nimporte"))
    assert error_of(with_secret.post(town.TOKEN)) == "invalid_client"


def test_a_renewed_secret_stops_the_former(rennes: Town) -> None:
    renewed = registry.renew_secret(client=rennes.made.id, actor=SYSTEM)
    assert error_of(rennes.post(town.TOKEN)) == "invalid_client"
    rennes.made = renewed
    assert error_of(rennes.post(town.TOKEN)) == "unsupported_grant_type"


# --- A private key ------------------------------------------------------------------------------------------------


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "un", "use": "sig", "alg": "ES256"})


@pytest.fixture
def signer(db: None, key: ECKey) -> Town:
    jwks = {"keys": [key.as_dict(private=False)]}
    return Town(town.registered(auth_method="private_key_jwt", jwks=jwks))


def _assertion(client: Town, key: ECKey, **changed: Any) -> str:
    name, at = client.made.client_id, int(time.time())
    claims = {"iss": name, "sub": name, "aud": town.SITE, "iat": at, "exp": at + 60, "jti": str(new_id())} | changed
    whole = {name: value for name, value in claims.items() if value is not None}
    return str(jwt.encode({"alg": "ES256", "kid": "un"}, whole, key))


def _with_hmac(assertion: str, key: ECKey) -> str:
    """The same words "signed" with the public key taken for a shared secret."""
    head = town.text(json.dumps({"alg": "HS256", "kid": "un"}).encode())
    body = f"{head}.{assertion.split('.')[1]}"
    return f"{body}.{town.text(hmac.digest(key.as_pem(private=False), body.encode(), 'sha256'))}"


def _signed(client: Town, assertion: str, **body: str) -> Any:
    return client.post(
        town.TOKEN, **{"client_assertion_type": TYPE, "client_assertion": assertion, "client_id": ""} | body
    )


def test_a_signed_assertion(signer: Town, key: ECKey) -> None:
    for aud in (town.SITE, f"{town.SITE}{town.TOKEN}"):
        assert error_of(_signed(signer, _assertion(signer, key, aud=aud))) == "unsupported_grant_type"


def test_an_assertion_serves_once_on_every_node(signer: Town, key: ECKey) -> None:
    shown = _assertion(signer, key)
    assert error_of(_signed(signer, shown)) == "unsupported_grant_type"
    cache.clear()  # another process remembers nothing: the database does
    assert error_of(_signed(signer, shown)) == "invalid_client"
    assert SeenProof.objects.count() == 1


def test_bad_assertions(signer: Town, rennes: Town, key: ECKey) -> None:
    other, at = ECKey.generate_key("P-256", {"kid": "un"}), int(time.time())
    bad = {
        "another key": _assertion(signer, other),
        "audience of another": _assertion(signer, key, aud="https://autre.example"),
        "two audiences": _assertion(signer, key, aud=[town.SITE, "https://autre.example"]),
        "list of one": _assertion(signer, key, aud=[town.SITE]),
        "no audience": _assertion(signer, key, aud=None),
        "expired": _assertion(signer, key, exp=at - 60),
        "no end": _assertion(signer, key, exp=None),
        "too long": _assertion(signer, key, exp=at + 3600),
        "to come": _assertion(signer, key, iat=at + 60),
        "not yet": _assertion(signer, key, nbf=at + 60),
        "no jti": _assertion(signer, key, jti=None),
        "another subject": _assertion(signer, key, sub=rennes.made.client_id),
        "another issuer": _assertion(signer, key, iss=rennes.made.client_id),
        "public key as secret": _with_hmac(_assertion(signer, key), key),
        "no algorithm": _assertion(signer, key).replace(_assertion(signer, key).split(".")[0], "eyJhbGciOiJub25lIn0"),
        "garbage": "a.b.c",
        "empty parts": "..",
    }
    accepted = [why for why, one in bad.items() if error_of(_signed(signer, one)) != "invalid_client"]
    assert accepted == []


def test_an_assertion_of_another_kind_or_name(signer: Town, rennes: Town, key: ECKey) -> None:
    assert error_of(_signed(signer, _assertion(signer, key), client_assertion_type="saml")) == "invalid_client"
    assert error_of(_signed(signer, _assertion(signer, key), client_id=rennes.made.client_id)) == "invalid_client"
    mixed = rennes.post(town.TOKEN, client_assertion_type=TYPE, client_assertion=_assertion(signer, key))
    assert error_of(mixed) == "invalid_request"


def test_keys_at_an_address_are_fetched_rarely(key: ECKey, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def request(_method: str, url: str, **_: Any) -> tuple[int, bytes]:
        calls.append(url)
        return 200, json.dumps({"keys": [key.as_dict(private=False)]}).encode()

    monkeypatch.setattr(outward, "request", request)
    distant = Town(town.registered(auth_method="private_key_jwt", jwks_uri="https://rennes.example/jwks"))
    for _ in range(3):
        assert error_of(_signed(distant, _assertion(distant, key))) == "unsupported_grant_type"
    stranger = ECKey.generate_key("P-256", {"kid": "deux"})
    for _ in range(5):  # unknown key ids cannot make us flood a town
        forged = jwt.encode({"alg": "ES256", "kid": "deux"}, {"iss": distant.made.client_id}, stranger)
        assert error_of(_signed(distant, forged)) == "invalid_client"
    assert len(calls) == 2


# --- A certificate ------------------------------------------------------------------------------------------------


def _certificate(name: str, days: int = 1) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(at - timedelta(days=2))
    return made.not_valid_after(at + timedelta(days=days)).sign(key, hashes.SHA256())


def _tls(certificate: x509.Certificate, verify: str = "SUCCESS", came_from: str = PROXY) -> dict[str, Any]:
    pem = quote(certificate.public_bytes(Encoding.PEM).decode())
    return {"headers": {"X-Client-Cert": pem, "X-Client-Verify": verify}, "REMOTE_ADDR": came_from}


@pytest.fixture
def holder(db: None, settings: Any) -> Town:
    settings.TLS_PROXIES = [PROXY]
    return Town(town.registered(auth_method="tls_client_auth", tls_subject="CN=rennes"))


def test_a_certificate_proves_its_client(holder: Town) -> None:
    def error(**shown: Any) -> str:
        return error_of(Browser().post(town.TOKEN, {"client_id": holder.made.client_id}, **shown))

    good = _certificate("rennes")
    assert error(**_tls(good)) == "unsupported_grant_type"
    assert error(**_tls(_certificate("nice"))) == "invalid_client"
    assert error(**_tls(good, verify="FAILED:unable to verify")) == "invalid_client"
    assert error(**_tls(_certificate("rennes", days=-1))) == "invalid_client"
    # RFC 9700 §4.13: the headers of anybody but the proxy are nobody's.
    assert error(**_tls(good, came_from="203.0.113.9")) == "invalid_client"
    assert error() == "invalid_client"


def test_headers_of_anybody_are_removed_and_not_believed_either(settings: Any) -> None:
    """Two walls: what another part of the site reads is clean, and this part does not rely on it."""
    settings.TLS_PROXIES = [PROXY]
    shown = _tls(_certificate("rennes"), came_from="203.0.113.9")
    request = RequestFactory().get("/", **shown)
    assert shown_certificates.shown(request) is None
    shown_certificates.only_from_the_proxy(lambda _: HttpResponse())(request)
    assert not {"HTTP_X_CLIENT_CERT", "HTTP_X_CLIENT_VERIFY"} & request.META.keys()
    assert shown_certificates.shown(RequestFactory().get("/", **shown | {"REMOTE_ADDR": PROXY}))


def test_a_token_bound_to_a_certificate(holder: Town, browser: Browser) -> None:
    good = _certificate("rennes")
    code = holder.sign_in(browser)["code"]
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": holder.back,
        "code_verifier": holder.verifier,
        "client_id": holder.made.client_id,
    }
    token = Browser().post(town.TOKEN, body, **_tls(good)).json()["access_token"]

    def status(**shown: Any) -> int:
        headers = {"Authorization": f"Bearer {token}"} | shown.pop("headers", {})
        return int(Browser().get(town.USERINFO, headers=headers, **shown).status_code)

    assert status(**_tls(good)) == 200
    assert status(**_tls(_certificate("rennes"))) == 401
    assert status(**_tls(good, came_from="203.0.113.9")) == 401
    assert status() == 401


# --- A machine ----------------------------------------------------------------------------------------------------


def test_a_machine_takes_its_keys_rights_with_a_stronger_proof(signer: Town, key: ECKey) -> None:
    machine = register_client(name="Logiciel", scopes=["SI"], actor=SYSTEM)
    jwks = {"keys": [key.as_dict(private=False)]}
    robot = Town(
        town.registered("Robot", auth_method="private_key_jwt", jwks=jwks, machine=machine.client, redirect_uris=[])
    )
    held = ECKey.generate_key("P-256")
    answer = robot.post(
        town.TOKEN,
        {"DPoP": town.proof(held, town.TOKEN)},
        grant_type="client_credentials",
        client_assertion_type=TYPE,
        client_assertion=_assertion(robot, key),
    )
    issued = answer.json()
    assert (issued["token_type"], issued["scope"]) == ("DPoP", "SI")
    token, address = issued["access_token"], "/api/v1/notifications"

    def status(scheme: str, proof: str = "") -> int:
        headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof else {})
        return int(Browser().get(address, headers=headers).status_code)

    assert status("DPoP", town.proof(held, address, "GET", token=token)) == 200
    assert status("Bearer") == 401
    assert status("DPoP") == 401
    assert status("DPoP", town.proof(key, address, "GET", token=token)) == 401
    suspend_client(client=machine.client, actor=SYSTEM)
    assert status("DPoP", town.proof(held, address, "GET", token=token)) == 401


def test_a_machine_without_right_or_with_a_role_not_its_own(rennes: Town) -> None:
    assert error_of(rennes.post(town.TOKEN, grant_type="client_credentials")) == "unauthorized_client"
    machine = register_client(name="Logiciel", scopes=["SI"], actor=SYSTEM)
    robot = Town(town.registered("Robot", machine=machine.client, redirect_uris=[]))
    assert error_of(robot.post(town.TOKEN, grant_type="client_credentials", scope="ADMIN")) == "invalid_scope"
    issued = robot.post(town.TOKEN, grant_type="client_credentials").json()
    assert robot.inspect(issued["access_token"])["scope"] == "SI"
    assert rennes.inspect(issued["access_token"]) == {"active": False}
    revoke_client(client=machine.client, actor=SYSTEM)
    assert error_of(robot.post(town.TOKEN, grant_type="client_credentials")) == "unauthorized_client"


def test_a_clients_name_is_never_a_persons(rennes: Town, browser: Browser) -> None:
    """RFC 9700 §4.15: no client can pass for a person at a resource that reads `sub`."""
    sub = town.claims(rennes.tokens(browser)["id_token"])["sub"]
    assert rennes.made.client_id.startswith("rp-")
    assert len(sub) == 32
    assert set(sub) <= set("0123456789abcdef")
