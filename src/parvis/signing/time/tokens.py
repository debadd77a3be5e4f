"""Read a timestamp token (RFC 3161) and check all that it says of itself.

Trust in its authority is another question, asked of `trust`: a token may be intact and come from nobody.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from parvis.signing.cms.schemes import Padding, Scheme, WrongKeyError

_PADDINGS = {"rsassa_pkcs1v15": Padding.PKCS1, "rsassa_pss": Padding.PSS, "ecdsa": Padding.ECDSA}
ALGORITHMS = frozenset({"sha256", "sha384", "sha512"})

_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    UnsupportedAlgorithm,
)


class BadTokenError(Exception):
    """The token is damaged, forged, or does not say what is needed. The message says why, for the journal."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose own signature holds: what it covers, when, and who says so."""

    encoded: bytes
    algorithm: str
    imprint: bytes
    at: datetime
    policy: str
    nonce: int | None
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]

    def covers(self, data: bytes) -> bool:
        """Tell whether these bytes are what was timestamped."""
        return hmac.compare_digest(hashlib.new(self.algorithm, data).digest(), self.imprint)

    def covers_digest(self, digest: bytes) -> bool:
        """Tell whether this digest is what was timestamped."""
        return hmac.compare_digest(digest, self.imprint)


def read(encoded: bytes) -> Token:
    """Return what a token says once its signature is checked. Raise BadTokenError, and nothing else."""
    try:
        return _read(encoded)
    except BadTokenError:
        raise
    except _UNREADABLE as error:
        raise BadTokenError("unreadable") from error


def _read(encoded: bytes) -> Token:
    outer = cms.ContentInfo.load(encoded, strict=True)
    if outer["content_type"].native != "signed_data":
        raise BadTokenError("not a signature")
    signed = outer["content"]
    carried = signed["encap_content_info"]
    if carried["content_type"].native != "tst_info":
        raise BadTokenError("not a timestamp")
    (signer,) = signed["signer_infos"]
    content = carried["content"].contents if not hasattr(carried["content"], "parsed") else bytes(carried["content"])
    info = tsp.TSTInfo.load(content, strict=True)
    certificates = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    certificate = _signed_by(signer, content, certificates)
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    if algorithm not in ALGORITHMS:
        raise BadTokenError("the digest is too weak")
    return Token(
        encoded=encoded,
        algorithm=algorithm,
        imprint=imprint["hashed_message"].native,
        at=info["gen_time"].native,
        policy=info["policy"].dotted,
        nonce=info["nonce"].native,
        certificate=certificate,
        others=tuple(one for one in certificates if one is not certificate),
    )


def _signed_by(signer: cms.SignerInfo, content: bytes, certificates: list[x509.Certificate]) -> x509.Certificate:
    """Check the signature, and that its certificate is the one it names and may date things."""
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in ALGORITHMS:
        raise BadTokenError("the digest of the signature is too weak")
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    (said,) = attributes["message_digest"]
    (kind,) = attributes["content_type"]
    if kind.native != "tst_info" or not hmac.compare_digest(said.native, hashlib.new(digest, content).digest()):
        raise BadTokenError("its content has changed")
    certificate = _named(attributes, certificates)
    said_by = signer["sid"].chosen
    if isinstance(said_by, cms.IssuerAndSerialNumber) and said_by["serial_number"].native != certificate.serial_number:
        raise BadTokenError("it names two certificates")
    _may_date(certificate)
    covered = as_set(signer["signed_attrs"])
    algorithm = signer["signature_algorithm"]
    scheme = Scheme(_PADDINGS[algorithm.signature_algo], digest)
    try:
        scheme.verify(certificate.public_key(), signer["signature"].native, scheme.hashed(covered))  # type: ignore[arg-type]
    except (InvalidSignature, WrongKeyError) as error:
        raise BadTokenError("its signature does not hold") from error
    return certificate


def as_set(attributes: cms.CMSAttributes) -> bytes:
    """Return signed attributes as they are signed: the bytes received, under the tag SET OF (RFC 5652 §5.4)."""
    return b"\x31" + bytes(attributes.dump())[1:]


def _named(attributes: dict[str, cms.SetOf], certificates: list[x509.Certificate]) -> x509.Certificate:
    if "signing_certificate_v2" in attributes:
        named = attributes["signing_certificate_v2"][0]["certs"][0]
        digest = named["hash_algorithm"]["algorithm"].native
    elif "signing_certificate" in attributes:  # RFC 3161's own form: SHA-1 names, it does not protect
        named = attributes["signing_certificate"][0]["certs"][0]
        digest = "sha1"
    else:
        raise BadTokenError("it does not name its certificate")
    for one in certificates:
        if hashlib.new(digest, _der(one), usedforsecurity=False).digest() == named["cert_hash"].native:
            return one
    raise BadTokenError("its certificate is not sent along")


def _may_date(certificate: x509.Certificate) -> None:
    """RFC 3161 §2.3: extended key usage, this purpose only, critical."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise BadTokenError("its certificate may not date things") from None
    if not found.critical or list(found.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadTokenError("its certificate may not date things")


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
