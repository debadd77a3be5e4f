"""Evidence records (RFC 4998): a document's way to one timestamp over many, renewed as algorithms age."""

import hashlib
from collections.abc import Callable, Sequence
from itertools import pairwise

from parvis.ledger.standalone import der, timetokens
from parvis.ledger.standalone.timetokens import BadTimeTokenError, TimeToken


class BadRecordError(ValueError):
    """The record does not prove this document; the message, in French, says why."""


def verify_record(encoded: bytes, digest_of: Callable[[str], bytes]) -> list[TimeToken]:
    """Return the timestamps of a record, oldest first, once it is checked against a document's digests.

    Raise BadRecordError.
    """
    try:
        return _verified(encoded, digest_of)
    except (der.BadDerError, BadTimeTokenError, ValueError, KeyError, IndexError) as error:
        if isinstance(error, BadRecordError):
            raise
        message = str(error) if isinstance(error, BadTimeTokenError) else "illisible"
        raise BadRecordError(f"Enregistrement de preuve : {message}.") from error  # noqa: EM102


def _verified(encoded: bytes, digest_of: Callable[[str], bytes]) -> list[TimeToken]:
    version, listed, *middle, sequence = der.read_der(encoded).expect(der.SEQUENCE).parts()
    chains = sequence.expect(der.SEQUENCE).parts()
    if (
        version.whole != b"\x02\x01\x01"
        or not chains
        or any(part.tag not in (der.TAGGED_0, der.TAGGED_1) for part in middle)
    ):
        raise BadDerVersionError
    algorithms = {timetokens.named_digest(one.expect(der.SEQUENCE)) for one in listed.expect(der.SEQUENCE).parts()}
    found: list[TimeToken] = []
    for place, chain in enumerate(chains):
        found += _verified_chain([one.whole for one in chains[:place]], chain.expect(der.SEQUENCE).parts(), digest_of)
    if algorithms != {token.algorithm for token in found}:
        raise BadRecordError("Enregistrement de preuve : ses algorithmes ne sont pas ceux qu’il annonce.")
    for before, after in pairwise(found):
        if after.at < before.at:
            raise BadRecordError("Un renouvellement est plus ancien que ce qu’il renouvelle.")
        if after.at > before.certificate.not_valid_after_utc:
            raise BadRecordError("Un renouvellement est venu trop tard : le certificat d’avant était expiré.")
    return found


class BadDerVersionError(BadRecordError):
    """Another version than the one of RFC 4998."""

    def __init__(self) -> None:
        super().__init__("Enregistrement de preuve : version inconnue, ou sans horodatage.")


def _verified_chain(
    past: Sequence[bytes], stamps: Sequence[der.Der], digest_of: Callable[[str], bytes]
) -> list[TimeToken]:
    read = [_read_stamp(one) for one in stamps]
    names = {name for name, _, _ in read}
    if len(names) != 1:
        raise BadRecordError("L’algorithme change au milieu d’une chaîne.")
    (algorithm,) = names
    leaf = digest_of(algorithm)
    if past:  # the document, then all that proved it until now (RFC 4998 §5.2)
        leaf = _hash(algorithm, leaf + _hash(algorithm, der.write_der(der.SEQUENCE, *past)))
    found = []
    for _, path, token in read:
        checked = timetokens.read_time_token(token)
        if checked.algorithm != algorithm:
            raise BadRecordError("L’horodatage est d’un autre algorithme que la chaîne.")
        checked.check_covers(_climbed(leaf, path, algorithm))
        found.append(checked)
        leaf = _hash(algorithm, token)
    return found


def _climbed(leaf: bytes, path: Sequence[Sequence[bytes]], algorithm: str) -> bytes:
    current = leaf
    for place, level in enumerate(path):
        if place == 0 and leaf not in level:
            raise BadRecordError("Ce document n’est pas celui de cet enregistrement de preuve.")
        met = set(level) if place == 0 else {*level, current}
        current = _hash(algorithm, b"".join(sorted(met)))
    return current


def _read_stamp(stamp: der.Der) -> tuple[str, list[list[bytes]], bytes]:
    *options, token = stamp.expect(der.SEQUENCE).parts()
    tagged = {one.tag: one for one in options}
    path = (
        [
            [one.expect(der.OCTETS).body for one in level.expect(der.SEQUENCE).parts()]
            for level in tagged[der.TAGGED_2].parts()
        ]
        if der.TAGGED_2 in tagged
        else []
    )
    if der.TAGGED_0 in tagged:
        algorithm = timetokens.named_digest(tagged[der.TAGGED_0])
    else:  # left out, it is the digest of the token (RFC 4998 §4.1)
        algorithm = timetokens.read_time_token(token.whole).algorithm
    return algorithm, path, token.whole


def _hash(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm, data).digest()
