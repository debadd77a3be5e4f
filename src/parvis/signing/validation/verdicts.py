"""The words of ETSI EN 319 102-1 §5: indications, sub-indications, and what is said of one signature."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509


class Indication(StrEnum):
    """The conclusion on one signature, or on a file: the worst of its signatures'."""

    PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "TOTAL-FAILED"


class Sub(StrEnum):
    """Why it is not passed."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    NOT_YET_VALID = "NOT_YET_VALID"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"


_FAILED = frozenset({Sub.FORMAT_FAILURE, Sub.HASH_FAILURE, Sub.SIG_CRYPTO_FAILURE})


def indication_of(sub: Sub | None) -> Indication:
    """What a sub-indication leads to (EN 319 102-1 table 5): the signature itself is broken, or something lacks."""
    if sub is None:
        return Indication.PASSED
    return Indication.FAILED if sub in _FAILED else Indication.INDETERMINATE


class BrokenError(Exception):
    """A check failed; ``sub`` says which. The message is for whoever wants details."""

    def __init__(self, sub: Sub, message: str) -> None:
        self.sub = sub
        super().__init__(message)


class Kind(StrEnum):
    """What was given to verify."""

    PDF = "pdf"
    CMS = "cms"
    XML = "xml"
    ASICE = "asic-e"
    TIMESTAMP = "timestamp"
    EVIDENCE = "evidence"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is concluded of one signature, timestamp or record.

    ``claimed_at`` is what the signer says, ``proven_at`` what a trusted timestamp proves. ``detail`` is in English, for
    experts. ``value`` is the signature's own bytes.
    """

    sub: Sub | None
    detail: str = ""
    signer: x509.Certificate | None = None
    claimed_at: datetime | None = None
    proven_at: datetime | None = None
    dated_by: str = ""
    what: str = "signature"
    name: str = ""
    quality: str = ""  # `qualified.Quality`, of a valid signature
    value: bytes = field(default=b"", repr=False)

    @property
    def indication(self) -> Indication:
        """The conclusion."""
        return indication_of(self.sub)


@dataclass(frozen=True, slots=True)
class Report:
    """What is concluded of a file. Without any verdict, nothing was signed: it is not valid."""

    kind: Kind
    name: str
    sha256: str
    at: datetime
    verdicts: Sequence[Verdict]

    @property
    def indication(self) -> Indication:
        """The worst of its verdicts."""
        found = {one.indication for one in self.verdicts}
        for worst in (Indication.FAILED, Indication.INDETERMINATE):
            if worst in found:
                return worst
        return Indication.PASSED if found else Indication.FAILED

    @property
    def sub(self) -> Sub | None:
        """The first reason of the worst."""
        if not self.verdicts:
            return Sub.FORMAT_FAILURE
        return next((one.sub for one in self.verdicts if one.indication is self.indication), None)
