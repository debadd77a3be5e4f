"""The helper of an agent's own card, with a SoftHSM token in the place of the card."""

import hashlib
import os
import socket
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509 import Certificate

from parvis.signing.cms.schemes import Padding, Scheme
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Profile, Request
from tests.support import signers
from tests.support.officers import NOW, pki

SITE = "https://parvis.example"
# What a card's own enrolment does: a key, then its certificate under the same label.
_MAKE = """
import sys
from parvis.signing.keys.hsm import Module
from parvis.signing.keys.authority import KeyKind
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
key = Module(sys.argv[1], "parvis", sys.argv[2]).make("agent", KeyKind.P256)
sys.stdout.buffer.write(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
"""
_STORE = """
import sys, pkcs11
from pkcs11.constants import Attribute, ObjectClass, CertificateType
with pkcs11.lib(sys.argv[1]).get_token(token_label="parvis").open(rw=True, user_pin=sys.argv[2]) as session:
    session.create_object({
        Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.TOKEN: True, Attribute.PRIVATE: False, Attribute.LABEL: "agent", Attribute.ID: b"agent",
        Attribute.SUBJECT: b"0", Attribute.VALUE: sys.stdin.buffer.read(),
    })
"""


@dataclass(frozen=True)
class Helper:
    """The helper that runs, its card's certificate, and the agent's keyboard."""

    url: str
    certificate: Certificate
    process: "subprocess.Popen[bytes]"

    def post(self, what: str, body: Any, *, origin: str = SITE, **headers: str) -> requests.Response:
        return requests.post(f"{self.url}/v1/{what}", json=body, headers={"Origin": origin} | headers, timeout=20)

    def types(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()


@pytest.fixture
def helper(tmp_path: Path) -> Iterator[Helper]:
    token = signers.token(tmp_path / "card")
    environment = os.environ | token.environment

    def script(code: str, given: bytes = b"") -> bytes:
        words = [sys.executable, "-c", code, str(signers.SOFTHSM), signers.PIN]
        return subprocess.run(words, input=given, capture_output=True, check=True, env=environment).stdout

    public = load_der_public_key(script(_MAKE))
    request = Request("Une Agente", Profile.OFFICER, NOW - timedelta(days=1), NOW + timedelta(days=30))
    certificate = authority.issue(pki().issuing, request, public)  # type: ignore[arg-type]
    script(_STORE, certificate.public_bytes(Encoding.DER))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "parvis", "card-helper", "--module", str(signers.SOFTHSM), "--token", "parvis"]
    command += ["--origin", SITE, "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(port)
        yield Helper(f"http://127.0.0.1:{port}", certificate, process)
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def demand(helper: Helper, count: int = 3) -> dict[str, Any]:
    digests = [hashlib.sha256(bytes((place,))).digest() for place in range(count)]
    return {
        "certificate": b64encode(helper.certificate.public_bytes(Encoding.DER)).decode(),
        "scheme": "ec-sha256",
        "title": "Trois réponses",
        "digests": [b64encode(one).decode() for one in digests],
    }


def test_the_card_signs_once_its_owner_has_typed_the_pin(helper: Helper) -> None:
    listed = helper.post("certificates", {}).json()["certificates"]
    assert b64decode(listed[0]) == helper.certificate.public_bytes(Encoding.DER)
    helper.types(signers.PIN)
    answer = helper.post("sign", demand(helper))
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    key, scheme = helper.certificate.public_key(), Scheme(Padding.ECDSA)
    for digest, signature in zip(demand(helper)["digests"], answer.json()["signatures"], strict=True):
        scheme.verify(key, b64decode(signature), b64decode(digest))  # type: ignore[arg-type]


def test_the_owner_says_no_or_mistypes(helper: Helper) -> None:
    helper.types("")
    declined = helper.post("sign", demand(helper))
    assert (declined.status_code, declined.json()) == (403, {"error": "declined"})
    helper.types("0000")
    wrong = helper.post("sign", demand(helper))
    assert (wrong.status_code, wrong.json()) == (409, {"error": "pin_refused"})
    helper.types(signers.PIN)
    assert len(helper.post("sign", demand(helper)).json()["signatures"]) == 3


def test_other_sites_and_other_names_get_nothing(helper: Helper) -> None:
    assert helper.post("certificates", {}, origin="https://evil.example").status_code == 403
    assert helper.post("certificates", {}, origin=f"{SITE}.evil.example").status_code == 403
    assert helper.post("certificates", {}, origin="null").status_code == 403
    assert requests.post(f"{helper.url}/v1/certificates", json={}, timeout=5).status_code == 403
    assert helper.post("certificates", {}, Host="evil.example:80").status_code == 403
    preflight = requests.options(f"{helper.url}/v1/sign", headers={"Origin": SITE}, timeout=5)
    assert preflight.headers["Access-Control-Allow-Private-Network"] == "true"
    assert requests.get(f"{helper.url}/v1/status", headers={"Origin": SITE}, timeout=5).json() == {"version": 1}


def test_bad_demands_are_refused_before_the_owner_is_asked(helper: Helper) -> None:
    good = demand(helper)
    bad: Any
    for bad in (
        {},
        good | {"digests": []},
        good | {"digests": ["AAAA"]},
        good | {"digests": good["digests"] * 200},
        good | {"scheme": "ec-md5"},
        good | {"certificate": "AAAA"},
        [],
        good | {"digests": 3},
    ):
        assert helper.post("sign", bad).status_code in {400, 409}, bad
    text = requests.post(f"{helper.url}/v1/sign", data="{}", headers={"Origin": SITE}, timeout=5)
    assert text.json() == {"error": "bad_request"}
    assert helper.post("other", {}).status_code == 404
