"""Whom we trust: a certificate, at a moment, with what is known of its revocation (RFC 5280 §6)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto import crl, ocsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)

from parvis.signing import awaiting


class Standing(StrEnum):
    """What is known of a certificate at a moment."""

    TRUSTED = "trusted"
    UNKNOWN_AUTHORITY = "unknown_authority"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Trust:
    """The authorities recognised, certificates that complete chains, and revocation data in DER."""

    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    hard: bool = False

    def context(
        self, at: datetime, extra: Iterable[x509.Certificate] = (), *, mode: str = "require"
    ) -> ValidationContext:
        """Return what pyHanko needs. Nothing is ever fetched. ``mode``: "require" refuses unknown revocation."""
        return ValidationContext(
            trust_roots=[to_asn1(one) for one in self.roots],
            other_certs=[to_asn1(one) for one in (*self.others, *extra)],
            crls=[crl.CertificateList.load(one) for one in self.crls],
            ocsps=[ocsp.OCSPResponse.load(one) for one in self.ocsps],
            moment=at if at.tzinfo else at.replace(tzinfo=UTC),
            allow_fetching=False,
            revocation_mode=mode,
            retroactive_revinfo=True,  # a list made since says what was revoked then
        )

    def standing(
        self, certificate: x509.Certificate, extra: Iterable[x509.Certificate] = (), *, at: datetime
    ) -> Standing:
        """Tell what is known of a certificate at that moment. ``extra`` completes chains and is trusted for nothing."""
        extra = tuple(extra)
        found = _validated(certificate, self.context(at, extra))
        if found is Standing.REVOCATION_UNKNOWN and not self.hard:
            if self._is_listed(certificate, extra, at):
                return Standing.REVOKED
            return _validated(certificate, self.context(at, extra, mode="soft-fail"))
        return found

    def _is_listed(self, certificate: x509.Certificate, extra: Iterable[x509.Certificate], at: datetime) -> bool:
        """Whether a list at hand revokes it, whatever is missing elsewhere on the path."""
        issuers = [one for one in (*self.roots, *self.others, *extra) if one.subject == certificate.issuer]
        for encoded in self.crls:
            found = x509.load_der_x509_crl(encoded)
            entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is None or found.issuer != certificate.issuer or entry.revocation_date_utc > at:
                continue
            if any(found.is_signature_valid(one.public_key()) for one in issuers):  # type: ignore[arg-type]
                return True
        return False


# What each failure means, most precise first: several of these errors derive from one another.
_MEANINGS: tuple[tuple[type[Exception], Standing], ...] = (
    (RevokedError, Standing.REVOKED),
    (InsufficientRevinfoError, Standing.REVOCATION_UNKNOWN),
    (NotYetValidError, Standing.NOT_YET_VALID),
    (ExpiredError, Standing.EXPIRED),
    (PathBuildingError, Standing.UNKNOWN_AUTHORITY),
)


def _validated(certificate: x509.Certificate, context: ValidationContext) -> Standing:
    try:
        awaiting.run(CertificateValidator(to_asn1(certificate), validation_context=context).async_validate_path())
    except (InvalidCertificateError, PathError, ValidationError, ValueError) as error:
        return next((meaning for kind, meaning in _MEANINGS if isinstance(error, kind)), Standing.UNFIT)
    return Standing.TRUSTED


def to_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    """The same certificate, as pyHanko reads it."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
