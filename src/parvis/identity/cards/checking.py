"""Is this certificate a card that we recognise? Pure: what it needs is given.

The proxy has checked that the browser holds the key, and the chain. Everything is checked again here, and what the
proxy does not look at: the purpose, the policy, and a revocation list that is still fresh. No list, no entry.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from parvis.core.certificates import comes_from
from parvis.identity.assurance import Axes

_LONGEST_CHAIN = 5
# RGS v2 (arrêté du 13 juin 2014): ** standard, *** renforcé, on a device that keeps the key.
LEVELS: Mapping[str, Axes] = {"rgs2": Axes(2, 2, 1), "rgs3": Axes(3, 3, 1)}


class CardRefusedError(Exception):
    """The certificate does not open anything; ``code`` says why, for the journal and for the page."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Trust:
    """What we recognise: authorities (roots and intermediates), their lists, and the level of each policy."""

    authorities: Collection[x509.Certificate]
    lists: Collection[x509.CertificateRevocationList]
    policies: Mapping[str, str]  # OID of a certificate policy → a key of LEVELS


@dataclass(frozen=True, slots=True)
class Card:
    """What is kept of a certificate: the pair (issuer, serial) and its fingerprint must both match."""

    issuer: str
    serial: str
    sha256: str
    subject: str
    level: str
    not_after: str

    @property
    def axes(self) -> Axes:
        """How sure it makes us."""
        return LEVELS[self.level]


def check(certificate: x509.Certificate, trust: Trust, at: datetime) -> Card:
    """Return the card, or raise CardRefusedError."""
    if not certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc:
        raise CardRefusedError("certificate_expired")
    if not comes_from(trust.authorities, certificate, trust.authorities, at):
        raise CardRefusedError("authority_unknown")
    _check_purpose(certificate)
    for one, issuer in _chain(certificate, trust.authorities):
        _check_not_revoked(one, issuer, trust.lists, at)
    return Card(
        issuer=certificate.issuer.rfc4514_string(),
        serial=format(certificate.serial_number, "x"),
        sha256=certificate.fingerprint(SHA256()).hex(),
        subject=certificate.subject.rfc4514_string(),
        level=_level(certificate, trust.policies),
        not_after=certificate.not_valid_after_utc.isoformat(),
    )


def _check_purpose(certificate: x509.Certificate) -> None:
    """To authenticate, and not to issue: a signing-only card, or an authority's own certificate, is no way in."""
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        raise CardRefusedError("not_for_sign_in") from None
    if ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        raise CardRefusedError("not_for_sign_in")
    try:
        if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            raise CardRefusedError("not_for_sign_in")
    except x509.ExtensionNotFound:
        return


def _chain(
    certificate: x509.Certificate, authorities: Collection[x509.Certificate]
) -> list[tuple[x509.Certificate, x509.Certificate]]:
    """Return (certificate, its issuer) up to a root that signs itself, each verified by the issuer's key."""
    pairs: list[tuple[x509.Certificate, x509.Certificate]] = []
    for _ in range(_LONGEST_CHAIN):
        if certificate.issuer == certificate.subject:
            return pairs
        issuer = next((one for one in authorities if _issued(certificate, one)), None)
        if issuer is None:
            raise CardRefusedError("authority_unknown")
        pairs.append((certificate, issuer))
        certificate = issuer
    raise CardRefusedError("authority_unknown")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_not_revoked(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Collection[x509.CertificateRevocationList],
    at: datetime,
) -> None:
    """Fail closed: without a list of this issuer, signed by it and still fresh, nobody knows."""
    fresh = False
    for one in lists:
        if one.issuer != issuer.subject or not _signed_by(one, issuer):
            continue
        if one.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            raise CardRefusedError("certificate_revoked")
        fresh |= one.next_update_utc is not None and one.last_update_utc <= at < one.next_update_utc
    if not fresh:
        raise CardRefusedError("revocation_unknown")


def _signed_by(one: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return one.is_signature_valid(issuer.public_key())  # type: ignore[arg-type] # authorities hold RSA or EC keys
    except (TypeError, ValueError):
        return False


def _level(certificate: x509.Certificate, policies: Mapping[str, str]) -> str:
    """The best level among the certificate's policies that we know; one that has none is no card."""
    try:
        held = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        raise CardRefusedError("policy_unknown") from None
    oids = {one.policy_identifier.dotted_string for one in held}
    if not oids & policies.keys():
        raise CardRefusedError("policy_unknown")
    return max(policies[oid] for oid in oids & policies.keys())
