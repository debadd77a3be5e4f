"""Evidence records: one token proves each document of a batch alone, and renewals go on proving."""

import hashlib
from collections.abc import Callable

import pytest

from parvis.signing.time import evidence, records
from parvis.signing.time.evidence import BadEvidenceError
from parvis.signing.time.records import UnreadableRecordError
from parvis.signing.time.tokens import Token
from tests.support.officers import clock

DOCUMENTS = [f"Réponse {number}".encode() for number in range(13)]


def digests(algorithm: str = "sha256") -> list[bytes]:
    return [hashlib.new(algorithm, one).digest() for one in DOCUMENTS]


def of(document: bytes) -> Callable[[str], bytes]:
    return lambda algorithm: hashlib.new(algorithm, document).digest()


class Counting:
    """Counts the timestamps asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, digest: bytes, algorithm: str) -> Token:
        self.asked += 1
        return clock().stamp(digest, algorithm)


@pytest.mark.parametrize("count", range(1, 14))
def test_each_document_alone_under_one_token(count: int) -> None:
    stamp = Counting()
    made = evidence.make(digests()[:count], stamp)
    assert stamp.asked == 1
    for document, record in zip(DOCUMENTS, made, strict=False):
        proof = evidence.verify(record, of(document))
        assert len(proof.tokens) == 1
        with pytest.raises(BadEvidenceError):
            evidence.verify(record, of(document + b"."))


def test_the_record_of_one_document_does_not_prove_another() -> None:
    made = evidence.make(digests()[:6], Counting())
    for place, record in enumerate(made):
        for other, document in enumerate(DOCUMENTS[:6]):
            if other != place and (other ^ 1) != place:
                with pytest.raises(BadEvidenceError):
                    evidence.verify(record, of(document))


def test_the_same_document_twice_in_a_batch() -> None:
    digest = digests()[0]
    made = evidence.make([digest, digests()[1], digest], Counting())
    assert made[0] == made[2]
    evidence.verify(made[2], of(DOCUMENTS[0]))


def test_renewals_by_token_then_by_tree() -> None:
    stamp = Counting()
    renewed = evidence.renew_tokens(evidence.make(digests(), stamp), stamp)
    again = evidence.renew_trees(renewed, digests("sha512"), stamp, algorithm="sha512")
    last = evidence.renew_tokens(again, stamp)
    assert stamp.asked == 4
    for document, record in zip(DOCUMENTS, last, strict=True):
        proof = evidence.verify(record, of(document))
        assert [token.algorithm for token in proof.tokens] == ["sha256", "sha256", "sha512", "sha512"]
        with pytest.raises(BadEvidenceError):
            evidence.verify(record, of(document + b"."))


def test_a_renewal_does_not_hold_on_another_past() -> None:
    """The second chain of one record put after the first chain of another: the tree covers the past as well."""
    stamp = Counting()
    one, other = evidence.make(digests()[:1], stamp), evidence.make(digests()[:1], stamp)
    renewed = records.read(evidence.renew_trees(one, digests("sha512")[:1], stamp)[0])
    mixed = records.write(("sha256", "sha512"), [records.read(other[0]).raw[0], renewed.raw[1]])
    with pytest.raises(BadEvidenceError):
        evidence.verify(mixed, of(DOCUMENTS[0]))


def test_every_flipped_byte_is_found() -> None:
    record = evidence.make(digests(), Counting())[4]
    (token,) = evidence.verify(record, of(DOCUMENTS[4])).tokens
    for place in range(0, len(record), 13):
        changed = bytearray(record)
        changed[place] ^= 1
        try:
            (read,) = evidence.verify(bytes(changed), of(DOCUMENTS[4])).tokens
        except (BadEvidenceError, UnreadableRecordError):
            continue
        # The issuer's certificate, sent along, is checked by its own path; the rest must be the same.
        assert (read.imprint, read.at, read.certificate) == (token.imprint, token.at, token.certificate), place


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"\x30\x03\x02\x01\x01", b"junk" * 50])
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableRecordError):
        records.read(data)


def test_an_empty_batch_proves_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        evidence.make([], Counting())
