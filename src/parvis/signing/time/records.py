"""The encoding of evidence records (RFC 4998 §3, appendix B), nothing optional but the reduced hash tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, core

from parvis.signing.cms import der
from parvis.signing.cms.schemes import Padding, Scheme


class UnreadableRecordError(ValueError):
    """These bytes are not an evidence record that we can read."""


class _Algorithms(core.SequenceOf):  # type: ignore[misc]
    _child_spec = algos.DigestAlgorithm


class _Hashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class _Path(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Hashes


class _ArchiveStamp(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("path", _Path, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class _Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _ArchiveStamp


class _Chains(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Chain


class _Record(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", _Algorithms),
        ("chains", _Chains),
    ]


@dataclass(frozen=True, slots=True)
class ArchiveStamp:
    """One token over a root, and the path that leads there."""

    algorithm: str
    path: tuple[tuple[bytes, ...], ...]
    token: bytes


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """Chains of tokens, oldest first; a chain is of one digest. ``raw`` are the same chains as they were written."""

    algorithms: tuple[str, ...]
    chains: tuple[tuple[ArchiveStamp, ...], ...]
    raw: tuple[bytes, ...]


def write(algorithms: Sequence[str], chains: Sequence[bytes]) -> bytes:
    """Return the record in DER, from its encoded chains."""
    return der.sequence(der.integer(1), der.sequence(*(_algorithm(one) for one in algorithms)), der.sequence(*chains))


def chain_of(stamp: ArchiveStamp) -> bytes:
    """Return a chain of one token, encoded."""
    return der.sequence(_stamp(stamp))


def longer(chain: bytes, stamp: ArchiveStamp) -> bytes:
    """Return the same encoded chain with one more token."""
    return der.sequence(der.content(chain), _stamp(stamp))


def _stamp(stamp: ArchiveStamp) -> bytes:
    path = [der.sequence(*(der.octets(one) for one in level)) for level in stamp.path]
    return der.sequence(
        der.implicit(0, _algorithm(stamp.algorithm)),
        *([der.explicit(2, *path)] if path else []),
        stamp.token,
    )


def _algorithm(name: str) -> bytes:
    return Scheme(Padding.ECDSA, name).digest_identifier


def read(encoded: bytes) -> EvidenceRecord:
    """Return what a record holds. Raise UnreadableRecordError, and nothing else."""
    try:
        found = _Record.load(encoded, strict=True)
        version = found["version"].native
        chains = tuple(tuple(_read_stamp(one) for one in chain) for chain in found["chains"])
        raw = tuple(chain.dump() for chain in found["chains"])
        algorithms = tuple(one["algorithm"].native for one in found["digest_algorithms"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableRecordError("not an evidence record") from error
    if version != 1 or not chains or not all(chains):
        raise UnreadableRecordError("unknown version, or no timestamp")
    return EvidenceRecord(algorithms, chains, raw)


def _read_stamp(stamp: Any) -> ArchiveStamp:
    path = () if stamp["path"].native is None else tuple(tuple(h.native for h in level) for level in stamp["path"])
    said = stamp["digest_algorithm"].native
    token = stamp["time_stamp"].dump()
    algorithm = said["algorithm"] if said else _imprint_algorithm(stamp["time_stamp"])
    return ArchiveStamp(algorithm, path, token)


def _imprint_algorithm(token: Any) -> str:
    """Left out, it is the digest of the token (RFC 4998 §4.1)."""
    info = token["content"]["encap_content_info"]["content"].parsed
    return str(info["message_imprint"]["hash_algorithm"]["algorithm"].native)
