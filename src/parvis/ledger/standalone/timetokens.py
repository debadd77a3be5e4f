"""Timestamp tokens (RFC 3161), their signature, and whether their authority leads to one that is trusted.

Revocation is not looked at: nothing is fetched. `parvis` itself, and ``openssl ts -verify``, are other ways to check.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from parvis.ledger.standalone import der

DIGEST_NAMES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_RSA_ALONE, _RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
_RSA = {"sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
_SIGNED_DATA_VERSION, _SIGNER_VERSION = b"\x02\x01\x03", b"\x02\x01\x01"
_NULL = b"\x05\x00"
_LONGEST_CHAIN = 6
_BAD_CERTIFICATE = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)
_BAD_TOKEN = (der.BadDerError, ValueError, KeyError, IndexError, TypeError, StopIteration, *_BAD_CERTIFICATE)


class BadTimeTokenError(ValueError):
    """The token is damaged, forged, or covers something else; the message, in French, says which."""


@dataclass(frozen=True, slots=True)
class TimeToken:
    """A token whose own signature holds: what it covers, when, and who says so."""

    algorithm: str
    imprint: bytes
    at: datetime
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]

    def check_covers(self, digest: bytes) -> None:
        """Raise BadTimeTokenError when this digest is not what was timestamped."""
        if not hmac.compare_digest(digest, self.imprint):
            raise BadTimeTokenError("l’horodatage couvre autre chose")

    def leads_to(self, roots: Sequence[x509.Certificate]) -> bool:
        """Tell whether its authority is one of these, or was certified by one, at the time it gives."""
        current, left = self.certificate, _LONGEST_CHAIN
        while left:
            if not current.not_valid_before_utc <= self.at <= current.not_valid_after_utc:
                return False
            if current in roots:
                return True
            issuers = [one for one in (*roots, *self.others) if _issued(one, current) and one != current]
            if not issuers:
                return False
            current, left = issuers[0], left - 1
        return False


def read_time_token(encoded: bytes) -> TimeToken:
    """Return what a token says once its signature is checked. Raise BadTimeTokenError, and nothing else."""
    try:
        return _read_token(encoded)
    except BadTimeTokenError:
        raise
    except _BAD_TOKEN as error:
        raise BadTimeTokenError("l’horodatage est illisible") from error


def _read_token(encoded: bytes) -> TimeToken:
    kind, content = der.read_der(encoded).expect(der.SEQUENCE).parts()
    if kind.dotted != _SIGNED_DATA:
        raise BadTimeTokenError("ce n’est pas un horodatage")
    (signed,) = content.expect(der.TAGGED_0).parts()
    version, listed, carried, *rest = signed.expect(der.SEQUENCE).parts()
    carried.expect(der.SEQUENCE)
    carried_kind, wrapped = carried.parts()
    if carried_kind.dotted != _TST_INFO:
        raise BadTimeTokenError("ce n’est pas un horodatage")
    info = wrapped.expect(der.TAGGED_0).parts()[0].expect(der.OCTETS).body
    bags = [part for part in rest if part.tag == der.TAGGED_0]
    certificates = [x509.load_der_x509_certificate(one.whole) for one in bags[0].parts() if one.tag == der.SEQUENCE]
    (signer,) = rest[-1].expect(der.SET).parts()
    certificate = _checked_signer(signer, info, certificates)
    digests = {named_digest(one.expect(der.SEQUENCE)) for one in listed.expect(der.SET).parts()}
    if version.whole != _SIGNED_DATA_VERSION or len(rest) > 2 + (rest[-2].tag == der.TAGGED_1) or not digests:
        raise BadTimeTokenError("l’horodatage est illisible")
    _, _, imprint, _, at, *_ = der.read_der(info).expect(der.SEQUENCE).parts()
    method, digest = imprint.parts()
    others = tuple(one for one in certificates if one is not certificate)
    return TimeToken(named_digest(method), digest.expect(der.OCTETS).body, _moment_of(at), certificate, others)


def named_digest(method: der.Der) -> str:
    """Return the digest that an AlgorithmIdentifier names. Raise KeyError, BadDerError for any other."""
    name, *parameters = method.parts()
    if any(one.whole != _NULL for one in parameters):
        raise der.BadDerError("parameters that a digest has not")
    return DIGEST_NAMES[name.dotted]


def _checked_signer(signer: der.Der, info: bytes, certificates: list[x509.Certificate]) -> x509.Certificate:
    version, sid, method, attributes, scheme, value, *_ = signer.expect(der.SEQUENCE).parts()
    digest = named_digest(method.expect(der.SEQUENCE))
    said = {}
    for one in attributes.expect(der.TAGGED_0).parts():
        name, values = one.parts()
        said[name.dotted] = values.expect(der.SET).parts()
    kind, imprint = said[_CONTENT_TYPE][0], said[_MESSAGE_DIGEST][0]
    if kind.dotted != _TST_INFO or not hmac.compare_digest(imprint.body, hashlib.new(digest, info).digest()):
        raise BadTimeTokenError("le contenu de l’horodatage a changé")
    certificate = _named_certificate(said, certificates)
    _check_purpose(certificate)
    serial = sid.parts()[-1].expect(der.INTEGER).body
    issuer = certificate.issuer.public_bytes()
    if version.whole != _SIGNER_VERSION or int.from_bytes(serial, "big") != certificate.serial_number:
        raise BadTimeTokenError("l’horodatage nomme deux certificats")
    if sid.tag != der.SEQUENCE or sid.parts()[0].whole != issuer:
        raise BadTimeTokenError("l’horodatage nomme deux certificats")
    named = scheme.expect(der.SEQUENCE).parts()[0].dotted
    covered = bytes([der.SET]) + attributes.whole[1:]
    try:
        _check_signature(certificate, named, digest, value.expect(der.OCTETS).body, covered)
    except InvalidSignature as error:
        raise BadTimeTokenError("la signature de l’horodatage ne tient pas") from error
    return certificate


def _check_signature(certificate: x509.Certificate, scheme: str, digest: str, value: bytes, covered: bytes) -> None:
    key, method = certificate.public_key(), _HASHES[digest]
    if isinstance(key, rsa.RSAPublicKey) and scheme in (_RSA_ALONE, _RSA[digest]):
        key.verify(value, covered, padding.PKCS1v15(), method)
    elif isinstance(key, rsa.RSAPublicKey) and scheme == _RSA_PSS:
        key.verify(value, covered, padding.PSS(padding.MGF1(method), padding.PSS.AUTO), method)
    elif isinstance(key, ec.EllipticCurvePublicKey) and scheme == _ECDSA[digest]:
        key.verify(value, covered, ec.ECDSA(method))
    else:
        raise BadTimeTokenError("l’horodatage est signé d’une façon que ce programme ne connaît pas")


def _named_certificate(said: dict[str, list[der.Der]], certificates: list[x509.Certificate]) -> x509.Certificate:
    """The certificate that the signature itself names: the others are only its authorities."""
    newer = _SIGNING_CERTIFICATE_V2 in said
    named = said[_SIGNING_CERTIFICATE_V2 if newer else _SIGNING_CERTIFICATE][0].parts()[0].parts()[0].parts()
    digest = "sha256" if newer else "sha1"  # RFC 3161's own form: SHA-1 names, it does not protect
    if newer and named[0].tag == der.SEQUENCE:
        digest = DIGEST_NAMES[named[0].parts()[0].dotted]
    mark = next(one.body for one in named if one.tag == der.OCTETS)
    for one in certificates:
        if hashlib.new(digest, one.public_bytes(Encoding.DER), usedforsecurity=False).digest() == mark:
            return one
    raise BadTimeTokenError("le certificat de l’horodatage n’est pas joint")


def _check_purpose(certificate: x509.Certificate) -> None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        found = None
    if found is None or not found.critical or list(found.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadTimeTokenError("ce certificat n’a pas le droit d’horodater")


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound, *_BAD_CERTIFICATE):
        return False
    return constraints.value.ca


def _moment_of(value: der.Der) -> datetime:
    text = value.expect(der.TIME).body.decode("ascii")
    whole, _, part = text.removesuffix("Z").partition(".")
    if not text.endswith("Z"):
        raise BadTimeTokenError("l’horodatage est illisible")
    return datetime.strptime(f"{whole}.{(part or '0')[:6]}", "%Y%m%d%H%M%S.%f").replace(tzinfo=UTC)
