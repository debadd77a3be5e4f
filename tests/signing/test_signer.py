"""The signer, a process apart: files and SoftHSM, what it refuses, and what happens when the module goes."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from parvis.core.ids import new_id
from parvis.signing.cms.schemes import Padding, Scheme, scheme_for
from parvis.signing.keys import places, process, wire
from parvis.signing.keys.authorisation import Authorisation, Line, digest_of
from parvis.signing.keys.authority import KeyKind
from parvis.signing.keys.errors import (
    BadRequestError,
    PinRefusedError,
    UnauthorisedError,
    UnknownKeyError,
    UnreachableError,
)
from parvis.signing.keys.signer import SignerClient
from tests.support import signers

RSA = Scheme(Padding.PKCS1)


def lines(count: int, digest: str = "sha256") -> list[Line]:
    return [
        Line(new_id(), hashlib.sha256(str(place).encode()).digest(), hashlib.new(digest, str(place).encode()).digest())
        for place in range(count)
    ]


def confirmed(data: Path, listed: list[Line], scheme: Scheme, key: str = "officer") -> Authorisation:
    name = wire.scheme_name(scheme)
    until = datetime.now(UTC) + timedelta(minutes=5)
    bare = Authorisation(new_id(), key, digest_of(listed, scheme=name), len(listed), "account:1", until)
    return bare.sealed(places.seal_secret(data))


@pytest.fixture(params=["files", "pkcs11"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SignerClient, Path]]:
    environment = signers.token(tmp_path / "hsm").environment if request.param == "pkcs11" else {}
    with signers.running(tmp_path / "data", **environment) as client:
        assert client.backend() == request.param
        yield client, tmp_path / "data"


def test_keys_are_made_and_sign_every_scheme(place: tuple[SignerClient, Path]) -> None:
    client, data = place
    for kind in KeyKind:
        public = client.make(str(kind), kind)
        assert client.public(str(kind)) == public
        with pytest.raises(BadRequestError, match="taken"):
            client.make(str(kind), kind)
        for digest in ("sha256", "sha384", "sha512"):
            for pss in {False, kind is KeyKind.RSA3072}:
                scheme = scheme_for(public, digest=digest, pss=pss)
                listed = lines(4, digest)
                allowed = confirmed(data, listed, scheme, str(kind))
                made = client.sign(allowed, listed, scheme, range(1, 4))
                for line, signature in zip(listed[1:], made, strict=True):
                    scheme.verify(public, signature, line.digest)
                    with pytest.raises(InvalidSignature):
                        scheme.verify(public, signature, hashlib.new(digest, b"other").digest())


def test_only_the_confirmed_list_is_signed(place: tuple[SignerClient, Path]) -> None:
    client, data = place
    client.make("officer", KeyKind.RSA3072)
    client.make("other", KeyKind.RSA3072)
    listed = lines(3)
    allowed = confirmed(data, listed, RSA)
    other = [*listed[:2], *lines(1)]
    refused = [
        (allowed, other, RSA),
        (allowed, listed[:2], RSA),
        (allowed, [*listed, *lines(1)], RSA),
        (allowed, listed[::-1], RSA),
        (allowed, [replace(listed[0], document=b"x" * 32), *listed[1:]], RSA),
        (allowed, listed, Scheme(Padding.PSS)),
        (replace(allowed, key="other"), listed, RSA),
        (replace(allowed, count=2), listed[:2], RSA),
        (replace(allowed, digest=digest_of(other, scheme="rsa-sha256")), other, RSA),
        (replace(allowed, expires_at=allowed.expires_at + timedelta(days=1)), listed, RSA),
        (replace(allowed, seal=b""), listed, RSA),
        (replace(allowed, expires_at=datetime.now(UTC)).sealed(places.seal_secret(data)), listed, RSA),
    ]
    for authorisation, sent, scheme in refused:
        with pytest.raises(UnauthorisedError):
            client.sign(authorisation, sent, scheme, [0])
    with pytest.raises(BadRequestError, match="outside"):
        client.sign(allowed, listed, RSA, [2, 3])
    with pytest.raises(UnknownKeyError):
        client.sign(confirmed(data, listed, RSA, "nobody"), listed, RSA, [0])


def test_many_threads_and_not_one_error(place: tuple[SignerClient, Path]) -> None:
    client, data = place
    public = client.make("officer", KeyKind.P256)
    scheme, listed = scheme_for(public), lines(40)
    allowed = confirmed(data, listed, scheme)
    failures: list[Exception] = []

    def work() -> None:
        mine = SignerClient(places.socket_path(data))
        try:
            for line, signature in zip(listed, mine.sign(allowed, listed, scheme, range(40)), strict=True):
                scheme.verify(public, signature, line.digest)
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)
        finally:
            mine.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_module_goes_and_comes_back(tmp_path: Path) -> None:
    token, data = signers.token(tmp_path / "hsm"), tmp_path / "data"
    with signers.running(data, **token.environment) as client:
        client.make("officer", KeyKind.P256)
        listed, scheme = lines(2), Scheme(Padding.ECDSA)
        allowed = confirmed(data, listed, scheme)
        assert len(client.sign(allowed, listed, scheme, [0, 1])) == 2
        token.files.rename(tmp_path / "unplugged")
        with pytest.raises((UnreachableError, UnknownKeyError)):
            client.sign(allowed, listed, scheme, [0, 1])
        (tmp_path / "unplugged").rename(token.files)
        assert len(client.sign(allowed, listed, scheme, [0, 1])) == 2


def test_a_wrong_pin_is_tried_once(tmp_path: Path) -> None:
    token, data = signers.token(tmp_path / "hsm"), tmp_path / "data"
    wrong = token.environment | {"PARVIS_PKCS11_PIN": "0000"}
    with signers.running(data, **wrong) as client:
        with pytest.raises(PinRefusedError, match="PinIncorrect"):
            client.make("officer", KeyKind.P256)
        for _ in range(20):
            with pytest.raises(PinRefusedError, match="start the signer again"):
                client.public("officer")
    with signers.running(data, **token.environment) as client:
        client.make("officer", KeyKind.P256)


def test_the_signer_stops_and_starts_again_under_a_client(tmp_path: Path) -> None:
    with signers.running(tmp_path) as first:
        public = first.make("officer", KeyKind.P256)
    kept = SignerClient(places.socket_path(tmp_path))
    with pytest.raises(UnreachableError):
        kept.public("officer")
    with signers.running(tmp_path):
        assert kept.public("officer") == public
    with signers.running(tmp_path):
        assert kept.public("officer") == public
    kept.close()


@pytest.mark.parametrize("frame", [b"\0\0\0\4null", b"\0\0\0\2[]", b"\0\0\0\3{x}", b"\xff\xff\xff\xff", b"\0\0\0\2{}"])
def test_a_bad_frame_gets_a_reason(tmp_path: Path, frame: bytes) -> None:
    with signers.running(tmp_path) as client:
        with process.connect(places.socket_path(tmp_path)) as channel:
            channel.sendall(frame)
            assert wire.receive(channel)["error"] == "bad_request"
        assert client.backend() == "files"


def test_a_name_never_leaves_its_folder(tmp_path: Path) -> None:
    with signers.running(tmp_path) as client:
        for name in ("../secret", "a/b", "", "A", "é"):
            with pytest.raises(BadRequestError):
                client.make(name, KeyKind.P256)
