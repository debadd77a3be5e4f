"""Timestamps: our unit held to OpenSSL, our client held to lying authorities."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parvis.signing.cms.keys import MemoryKey
from parvis.signing.keys.authority import KeyKind, Profile, Revoked
from parvis.signing.time import client, tokens
from parvis.signing.time.client import HttpAuthority, LocalAuthority, NoTimeError, TimestampClient
from parvis.signing.time.tokens import BadTokenError
from parvis.signing.time.unit import TimestampUnit
from parvis.signing.trust import Trust
from parvis_simulators.timestamp.server import FAULTS, serving
from tests.support.officers import clock, pem, pki, run, template_of, trust, unit

DATA = b"signature value"
DIGEST = hashlib.sha256(DATA).digest()


@contextmanager
def authority(fault: str = "none", of: TimestampUnit | None = None) -> Iterator[HttpAuthority]:
    server = serving(of or unit(), fault=fault)
    try:
        yield HttpAuthority(fault, f"http://127.0.0.1:{server.server_address[1]}/")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", list(KeyKind))
@pytest.mark.parametrize("algorithm", sorted(tokens.ALGORITHMS))
def test_openssl_accepts_our_answers(tmp_path: Path, kind: KeyKind, algorithm: str) -> None:
    digest = hashlib.new(algorithm, DATA).digest()
    request = client.request_for(digest, algorithm, secrets.randbits(63))
    (tmp_path / "q").write_bytes(request)
    (tmp_path / "r").write_bytes(unit(kind).answer(request, at=datetime.now(UTC)))
    (tmp_path / "root.pem").write_bytes(pem(pki().root.certificate))
    assert "OK" in run("openssl", "ts", "-verify", "-queryfile", "q", "-in", "r", "-CAfile", "root.pem", cwd=tmp_path)


def test_openssl_questions_are_answered(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)
    run("openssl", "ts", "-query", "-data", "data", "-sha512", "-cert", "-out", "q", cwd=tmp_path)
    (tmp_path / "r").write_bytes(unit().answer((tmp_path / "q").read_bytes(), at=datetime.now(UTC)))
    (tmp_path / "root.pem").write_bytes(pem(pki().root.certificate))
    assert "OK" in run("openssl", "ts", "-verify", "-data", "data", "-in", "r", "-CAfile", "root.pem", cwd=tmp_path)


def test_a_token_over_http() -> None:
    with authority() as honest:
        token = TimestampClient([honest], trust()).stamp(DIGEST)
    assert token.covers(DATA)
    assert not token.covers(DATA + b".")
    assert abs(token.at - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"none"}))
def test_a_lying_authority_is_not_believed_and_the_next_is_asked(fault: str) -> None:
    with authority(fault) as liar, authority() as honest:
        with pytest.raises(NoTimeError):
            TimestampClient([liar], trust()).stamp(DIGEST)
        assert TimestampClient([liar, honest], trust()).stamp(DIGEST).covers(DATA)


def test_all_down_is_said_and_nothing_is_invented() -> None:
    down = HttpAuthority("down", "http://127.0.0.1:9/")
    asked = TimestampClient([down], trust())
    with pytest.raises(NoTimeError, match="down"):
        asked.stamp(DIGEST)
    with pytest.raises(NoTimeError, match="resting"):
        asked.stamp(DIGEST)
    with pytest.raises(NoTimeError, match="no authority"):
        TimestampClient([], trust()).stamp(DIGEST)


def test_whom_to_trust() -> None:
    strangers = Trust((pki().holder().certificate,))
    with pytest.raises(NoTimeError, match="unknown_authority"):
        TimestampClient([LocalAuthority(unit())], strangers).stamp(DIGEST)
    serial = unit().template.certificate.serial_number
    revoked = trust(Revoked(serial, datetime.now(UTC) - timedelta(days=1)))
    with pytest.raises(NoTimeError, match="revoked"):
        TimestampClient([LocalAuthority(unit())], revoked).stamp(DIGEST)


def test_a_policy_that_is_not_ours() -> None:
    with pytest.raises(NoTimeError, match="policy"):
        TimestampClient([LocalAuthority(unit())], trust(), frozenset({"1.2.3"})).stamp(DIGEST)


def test_an_officer_may_not_date() -> None:
    holder = pki().holder("Un officier", Profile.OFFICER)
    imposter = TimestampUnit(template_of(holder), MemoryKey(holder.key))
    with pytest.raises(NoTimeError, match="may not date"):
        TimestampClient([LocalAuthority(imposter)], trust()).stamp(DIGEST)


def test_every_flipped_byte_of_a_token_is_found() -> None:
    """Only the issuer's certificate, sent along, may change unseen here: its path to a root is checked apart."""
    encoded = clock().stamp(DIGEST).encoded
    content = _covered(encoded)
    for place in range(0, len(encoded), 11):
        changed = bytearray(encoded)
        changed[place] ^= 1
        try:
            read = tokens.read(bytes(changed))
        except BadTokenError:
            continue
        assert (_covered(bytes(changed)), read.certificate) == (content, unit().template.certificate), place


def _covered(encoded: bytes) -> tuple[object, ...]:
    read = tokens.read(encoded)
    return read.algorithm, read.imprint, read.at, read.policy, read.nonce


@pytest.mark.parametrize("data", [b"", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\0" * 1000, b"\x30\x03\x02\x01\x05"])
def test_garbage_gets_a_reason(data: bytes) -> None:
    with pytest.raises(BadTokenError):
        tokens.read(data)
    assert unit().answer(data, at=datetime.now(UTC))[:3] == b"\x30\x09\x30"
