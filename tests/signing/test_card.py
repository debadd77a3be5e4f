"""The helper of an agent's own card, with a SoftHSM token in the place of the card."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding

from parvis.signing.cms.schemes import Padding, Scheme
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Profile, Request
from tests.support import cards, signers
from tests.support.cards import SITE, Helper
from tests.support.officers import NOW, pki


@pytest.fixture
def helper(tmp_path: Path) -> Iterator[Helper]:
    request = Request("Une Agente", Profile.OFFICER, NOW - timedelta(days=1), NOW + timedelta(days=30))
    with cards.running(tmp_path, lambda public: authority.issue(pki().issuing, request, public)) as made:
        yield made


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
