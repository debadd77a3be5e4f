"""A small certification authority: the demo's, and a private cloud's for its own timestamps and seals.

Root, issuing authority, officers, timestamp unit, with CRL (RFC 5280) and OCSP (RFC 6960). It is not a qualified
authority: outside the demo, officers' certificates come from one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from parvis.signing.cms.schemes import PrivateKey, PublicKey

CRL_LIFE = timedelta(days=7)
OCSP_LIFE = timedelta(hours=12)


class Profile(StrEnum):
    """What a certificate is for."""

    AUTHORITY = "authority"
    OFFICER = "officer"
    TIMESTAMP = "timestamp"
    RESPONDER = "responder"


class KeyKind(StrEnum):
    """The kinds of key that are made here."""

    P256 = "p256"
    RSA3072 = "rsa3072"


@dataclass(frozen=True, slots=True)
class Holder:
    """A key in memory and its certificate."""

    key: PrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that must not be trusted from that moment."""

    serial: int
    at: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified


@dataclass(frozen=True, slots=True)
class Request:
    """A certificate to issue. ``crl`` and ``ocsp`` are the addresses written in it, when it has any."""

    name: str
    profile: Profile
    start: datetime
    end: datetime
    organisation: str = ""
    crl: str = ""
    ocsp: str = ""


def new_key(kind: KeyKind) -> PrivateKey:
    """Return a fresh key."""
    if kind is KeyKind.P256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def self_signed(request: Request, key: PrivateKey) -> Holder:
    """Return a root."""
    name = _name(request)
    return Holder(key, _builder(request, key.public_key(), name, key.public_key()).sign(key, hashes.SHA256()))


def issue(issuer: Holder, request: Request, public: PublicKey) -> x509.Certificate:
    """Certify a key. Its certificate never outlives its issuer's."""
    builder = _builder(request, public, issuer.certificate.subject, issuer.certificate.public_key())
    return builder.sign(issuer.key, hashes.SHA256())


def _builder(request: Request, public: PublicKey, issuer: x509.Name, issuer_key: object) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(request))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(request.start)
        .not_valid_after(request.end)
        .add_extension(x509.BasicConstraints(ca=request.profile is Profile.AUTHORITY, path_length=None), critical=True)
        .add_extension(_usage(request.profile), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)  # type: ignore[arg-type]
    )
    return _with_addresses(_with_purpose(builder, request.profile), request)


def _with_purpose(builder: x509.CertificateBuilder, profile: Profile) -> x509.CertificateBuilder:
    if profile is Profile.TIMESTAMP:  # RFC 3161 §2.3: this purpose only, and critical
        return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if profile is Profile.RESPONDER:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        return builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder


def _with_addresses(builder: x509.CertificateBuilder, request: Request) -> x509.CertificateBuilder:
    if request.crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(request.crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if request.ocsp:
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(request.ocsp)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return builder


def _name(request: Request) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]
    if request.organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, request.organisation[:64]))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, request.name[:64]))
    return x509.Name(parts)


def _usage(profile: Profile) -> x509.KeyUsage:
    is_authority = profile is Profile.AUTHORITY
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=profile is Profile.OFFICER,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def revocation_list(issuer: Holder, revoked: Iterable[Revoked], *, number: int, at: datetime) -> bytes:
    """Return the CRL in DER, valid a week. ``number`` must grow from one list to the next."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(at)
        .next_update(at + CRL_LIFE)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.certificate.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.at)
        if one.reason is not x509.ReasonFlags.unspecified:  # RFC 5280 §5.3.1: leave the reason out instead
            entry = entry.add_extension(x509.CRLReason(one.reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return _der(builder.sign(issuer.key, hashes.SHA256()))


def status(
    issuer: Holder, responder: Holder, asked: bytes, known: Iterable[int], revoked: Iterable[Revoked], *, at: datetime
) -> bytes:
    """Answer an OCSP request (DER in, DER out). What cannot be read gets "malformed", strangers "unauthorized"."""
    try:
        request = ocsp.load_der_ocsp_request(asked)
        serial, algorithm = request.serial_number, request.hash_algorithm
    except (ValueError, NotImplementedError, OverflowError):
        return _der(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST))
    key = _key_hash(issuer.certificate, algorithm)
    if serial not in set(known) or request.issuer_key_hash != key:
        return _der(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED))
    found = {one.serial: one for one in revoked}.get(serial)
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=request.issuer_name_hash,
        issuer_key_hash=request.issuer_key_hash,
        serial_number=serial,
        algorithm=algorithm,
        cert_status=ocsp.OCSPCertStatus.REVOKED if found else ocsp.OCSPCertStatus.GOOD,
        this_update=at,
        next_update=at + OCSP_LIFE,
        revocation_time=found.at if found else None,
        revocation_reason=found.reason if found else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    builder = builder.certificates([responder.certificate])
    for extension in request.extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            builder = builder.add_extension(extension.value, critical=False)
    return _der(builder.sign(responder.key, hashes.SHA256()))


def _key_hash(certificate: x509.Certificate, algorithm: hashes.HashAlgorithm) -> bytes:
    """Hash of the bits of the public key, as OCSP names an issuer."""
    built = ocsp.OCSPRequestBuilder().add_certificate(certificate, certificate, algorithm).build()
    return built.issuer_key_hash


def _der(made: x509.CertificateRevocationList | ocsp.OCSPResponse) -> bytes:
    return made.public_bytes(Encoding.DER)
