"""A timestamp or an evidence record given alone."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import pairwise

from asn1crypto import tsp

from parvis.signing.time import evidence, tokens
from parvis.signing.time.evidence import BadEvidenceError
from parvis.signing.time.records import UnreadableRecordError
from parvis.signing.time.tokens import BadTokenError
from parvis.signing.trust import Standing
from parvis.signing.validation.conclusion import Judges, sub_of
from parvis.signing.validation.verdicts import BrokenError, Sub, Verdict


def timestamp(encoded: bytes, content: bytes | None, judges: Judges, *, name: str = "") -> Verdict:
    """Judge a token (or the whole answer of an authority). Raise BrokenError."""
    try:
        token = tokens.read(_token(encoded))
    except BadTokenError as error:
        raise BrokenError(Sub.FORMAT_FAILURE, f"timestamp: {error}") from error
    if content is None:
        raise BrokenError(Sub.SIGNED_DATA_NOT_FOUND, "give the file that was timestamped")
    if not token.covers(content):
        raise BrokenError(Sub.HASH_FAILURE, "the file is not the one that was timestamped")
    standing = judges.dates.standing(token.certificate, token.others, at=judges.at)
    return Verdict(
        sub_of(standing),
        what="timestamp",
        signer=token.certificate,
        proven_at=token.at,
        dated_by=token.certificate.subject.rfc4514_string(),
        value=encoded,
        name=name,
    )


def _token(encoded: bytes) -> bytes:
    try:
        answered = tsp.TimeStampResp.load(encoded, strict=True)
        return bytes(answered["time_stamp_token"].dump()) if answered["status"]["status"].native else encoded
    except (ValueError, TypeError, KeyError):
        return encoded


def record(encoded: bytes, content: bytes | None, judges: Judges) -> Iterator[Verdict]:
    """Judge an evidence record: each token must have been trusted when the next one came, the last one now."""
    if content is None:
        raise BrokenError(Sub.SIGNED_DATA_NOT_FOUND, "give the file that the record is about")
    try:
        proof = evidence.verify(encoded, lambda algorithm: hashlib.new(algorithm, content).digest())
    except UnreadableRecordError as error:
        raise BrokenError(Sub.FORMAT_FAILURE, str(error)) from error
    except BadEvidenceError as error:
        raise BrokenError(Sub.HASH_FAILURE, str(error)) from error
    moments = [*(after.at for _, after in pairwise(proof.tokens)), judges.at]
    for token, moment in zip(proof.tokens, moments, strict=True):
        standing = judges.dates.standing(token.certificate, token.others, at=moment)
        if standing is not Standing.TRUSTED:
            yield Verdict(sub_of(standing), f"its timestamp of {token.at}: {standing}", what="evidence")
            return
    first = proof.tokens[0]
    yield Verdict(
        None,
        what="evidence",
        signer=first.certificate,
        proven_at=proof.since,
        dated_by=first.certificate.subject.rfc4514_string(),
        value=encoded,
    )


def archives(encoded: Iterable[bytes]) -> Iterator[Verdict]:
    """Say of each archive timestamp (CAdES, XAdES) that it is there and proves nothing here.

    What it covers is an index of all the rest, which is not verified: it is never taken for a proof, nor passed over.
    """
    for one in encoded:
        try:
            token = tokens.read(one)
        except BadTokenError as error:
            yield Verdict(Sub.TIMESTAMP_ORDER_FAILURE, f"archive timestamp: {error}", what="timestamp")
            continue
        detail = f"archive timestamp of {token.at:%Y-%m-%d %H:%M} UTC: recognised; what it covers is not verified here"
        yield Verdict(Sub.NO_POE, detail, signer=token.certificate, what="timestamp")
