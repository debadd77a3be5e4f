"""From a signature that holds to a conclusion: whom we trust, when, and what proves that it existed then.

EN 319 102-1 §5.5 and §5.6, simplified: each timestamp, newest first, must come from an authority trusted at the moment
proven so far; it then proves an earlier moment. The signer's certificate is judged at the last moment proven.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from parvis.signing.time.tokens import Token
from parvis.signing.trust import Standing, Trust
from parvis.signing.validation.verdicts import Sub, Verdict

_SUBS = {
    Standing.UNKNOWN_AUTHORITY: Sub.NO_CERTIFICATE_CHAIN_FOUND,
    Standing.EXPIRED: Sub.OUT_OF_BOUNDS_NO_POE,
    Standing.NOT_YET_VALID: Sub.NOT_YET_VALID,
    Standing.REVOKED: Sub.REVOKED_NO_POE,
    Standing.REVOCATION_UNKNOWN: Sub.TRY_LATER,
    Standing.UNFIT: Sub.CHAIN_CONSTRAINTS_FAILURE,
}


@dataclass(frozen=True, slots=True)
class Judges:
    """Whom we trust for signatures and for dates, and the moment of the verification."""

    signers: Trust
    dates: Trust
    at: datetime


@dataclass(frozen=True, slots=True)
class Existence:
    """The earliest moment proven; ``by`` is who dated it, empty when it is the moment of the verification."""

    at: datetime
    by: str = ""
    refused: str = ""


def existence(found: Iterable[Token], judges: Judges) -> Existence:
    """Return the earliest moment that trusted timestamps prove."""
    proven, by, refused = judges.at, "", ""
    for token in sorted(found, key=lambda one: one.at, reverse=True):
        standing = judges.dates.standing(token.certificate, token.others, at=proven)
        if standing is Standing.TRUSTED and token.at <= proven:
            proven, by = token.at, token.certificate.subject.rfc4514_string()
        else:
            refused = f"a timestamp is not trusted: {standing}"
    return Existence(proven, by, refused)


def sub_of(standing: Standing) -> Sub | None:
    """What a certificate's standing leads to."""
    return _SUBS.get(standing)


def conclude(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    found: Sequence[Token],
    judges: Judges,
    *,
    claimed_at: datetime | None = None,
    value: bytes = b"",
    name: str = "",
) -> Verdict:
    """Judge a signature that holds."""
    proof = existence(found, judges)
    sub = _usage(certificate) or sub_of(judges.signers.standing(certificate, others, at=judges.at))
    if sub is not None and proof.by:
        sub = _usage(certificate) or sub_of(judges.signers.standing(certificate, others, at=proof.at))
    detail = "" if sub is None else f"certificate: {sub}"
    return Verdict(
        sub=sub,
        detail="; ".join(one for one in (detail, proof.refused) if one),
        signer=certificate,
        claimed_at=claimed_at,
        proven_at=proof.at if proof.by else None,
        dated_by=proof.by,
        value=value,
        name=name,
    )


def _usage(certificate: x509.Certificate) -> Sub | None:
    """A certificate that says what it is for must be for signing."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return None if usage.digital_signature or usage.content_commitment else Sub.CHAIN_CONSTRAINTS_FAILURE
