"""One CMS signature: does it hold, whose is it, what dates it? Trust comes after (`conclusion`)."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding

from parvis.signing.cms.schemes import Padding, Scheme
from parvis.signing.time import tokens
from parvis.signing.time.tokens import BadTokenError, Token
from parvis.signing.validation.verdicts import BrokenError, Sub

STRONG = frozenset({"sha256", "sha384", "sha512"})
MIN_RSA_BITS = 2048
# archive-time-stamp-v3 (TS 101 733 §6.4.3) and the version before it.
_ARCHIVES = frozenset({"0.4.0.1733.2.4", "1.2.840.113549.1.9.16.2.48"})
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_PADDINGS = {"rsassa_pkcs1v15": Padding.PKCS1, "rsassa_pss": Padding.PSS, "ecdsa": Padding.ECDSA}


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds. ``tokens`` are its timestamps, each checked to cover this very signature."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    claimed_at: datetime | None
    tokens: tuple[Token, ...]
    value: bytes
    archives: tuple[bytes, ...] = ()


def check(encoded: bytes, digest_of: Callable[[str], bytes] | None) -> Signed:
    """Check a SignedData with one signer over a document known by its digests. Raise BrokenError.

    ``digest_of`` None: the document is not at hand; it must be carried within.
    """
    outer = cms.ContentInfo.load(encoded, strict=True)
    if outer["content_type"].native != "signed_data":
        raise BrokenError(Sub.FORMAT_FAILURE, "not a signature")
    signed = outer["content"]
    if len(signed["signer_infos"]) != 1:
        raise BrokenError(Sub.FORMAT_FAILURE, "one signer is expected")
    (signer,) = signed["signer_infos"]
    carried = signed["encap_content_info"]
    if carried["content"].native is not None:
        whole = bytes(carried["content"])
        digest_of = _same_as(whole, digest_of)
    if digest_of is None:
        raise BrokenError(Sub.SIGNED_DATA_NOT_FOUND, "the document is not given")
    certificates = _certificates(signed)
    attributes = _attributes(signer["signed_attrs"])
    _check_digest(signer, attributes, carried, digest_of)
    certificate = named(attributes, certificates)
    value = signer["signature"].native
    verify(certificate.public_key(), _algorithm(signer), value, tokens.as_set(signer["signed_attrs"]))
    return Signed(
        certificate=certificate,
        others=tuple(one for one in certificates if one is not certificate),
        claimed_at=attributes["signing_time"][0].native if "signing_time" in attributes else None,
        tokens=_timestamps(signer, value),
        value=value,
        archives=_archives(signer),
    )


def _archives(signer: Any) -> tuple[bytes, ...]:
    """Archive timestamps: recognised, and left to who says what they are worth."""
    found = (one for one in signer["unsigned_attrs"] or () if one["type"].dotted in _ARCHIVES)
    return tuple(each.dump() for one in found for each in one["values"])


def _same_as(whole: bytes, digest_of: Callable[[str], bytes] | None) -> Callable[[str], bytes]:
    """What is carried within, which must be the document given when one is."""

    def of_content(algorithm: str) -> bytes:
        digest = hashlib.new(algorithm, whole).digest()
        if digest_of is not None and not hmac.compare_digest(digest_of(algorithm), digest):
            raise BrokenError(Sub.HASH_FAILURE, "it carries another document")
        return digest

    return of_content


def _certificates(signed: Any) -> list[x509.Certificate]:
    found = signed["certificates"]
    if not found:
        raise BrokenError(Sub.NO_SIGNING_CERTIFICATE_FOUND, "no certificate is sent along")
    return [x509.load_der_x509_certificate(one.chosen.dump()) for one in found if one.name == "certificate"]


def _attributes(found: Any) -> dict[str, Any]:
    """The signed attributes, each once: a second one of a kind is an attack on readers that take the other."""
    if not found:
        raise BrokenError(Sub.FORMAT_FAILURE, "no signed attributes")
    attributes: dict[str, Any] = {}
    for one in found:
        kind = one["type"].native
        if kind in attributes or len(one["values"]) != 1:
            raise BrokenError(Sub.FORMAT_FAILURE, f"{kind}: more than once")
        attributes[kind] = one["values"]
    return attributes


def _check_digest(signer: Any, attributes: dict[str, Any], carried: Any, digest_of: Callable[[str], bytes]) -> None:
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if algorithm not in STRONG:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, f"{algorithm} is too weak")
    if "message_digest" not in attributes or "content_type" not in attributes:
        raise BrokenError(Sub.FORMAT_FAILURE, "an attribute that is required lacks")
    if attributes["content_type"][0].native != carried["content_type"].native:
        raise BrokenError(Sub.FORMAT_FAILURE, "it is a signature of something else")
    if not hmac.compare_digest(attributes["message_digest"][0].native, digest_of(algorithm)):
        raise BrokenError(Sub.HASH_FAILURE, "the document is not the one that was signed")


def named(attributes: dict[str, Any], certificates: list[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signed attributes name. Raise BrokenError."""
    for kind in ("signing_certificate_v2", "signing_certificate"):
        if kind not in attributes:
            continue
        found = attributes[kind][0]["certs"][0]
        algorithm = found["hash_algorithm"]["algorithm"].native if kind.endswith("v2") else "sha1"
        for one in certificates:
            encoded = one.public_bytes(Encoding.DER)
            if hashlib.new(algorithm, encoded, usedforsecurity=False).digest() == found["cert_hash"].native:
                return one
        raise BrokenError(Sub.NO_SIGNING_CERTIFICATE_FOUND, "the certificate named is not sent along")
    raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "it does not name its certificate (ESS)")


@dataclass(frozen=True, slots=True)
class Algorithm:
    """How a value was made. ``salt`` is for PSS, as its parameters say."""

    padding: Padding
    digest: str
    salt: int | None = None


def _algorithm(signer: Any) -> Algorithm:
    found = signer["signature_algorithm"]
    kind = _PADDINGS.get(found.signature_algo)
    if kind is None:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, f"{found.signature_algo}: not supported")
    if kind is not Padding.PSS:
        return Algorithm(kind, signer["digest_algorithm"]["algorithm"].native)
    parameters = found["parameters"]
    digest = parameters["hash_algorithm"]["algorithm"].native
    mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
    if {digest, mask} != {signer["digest_algorithm"]["algorithm"].native}:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, "PSS with two digests")
    return Algorithm(kind, digest, parameters["salt_length"].native)


def verify(key: Any, algorithm: Algorithm, value: bytes, covered: bytes) -> None:
    """Raise BrokenError unless the value was made over these bytes with the private half of a strong enough key."""
    if algorithm.digest not in STRONG:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, f"{algorithm.digest} is too weak")
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, f"RSA of {key.key_size} bits is too weak")
    if isinstance(key, ec.EllipticCurvePublicKey) and not isinstance(key.curve, _CURVES):
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, f"curve {key.curve.name}: not supported")
    scheme = Scheme(algorithm.padding, algorithm.digest)
    try:
        if algorithm.padding is Padding.PSS and isinstance(key, rsa.RSAPublicKey):
            how = padding.PSS(padding.MGF1(scheme.hash), algorithm.salt or 0)
            key.verify(value, scheme.hashed(covered), how, utils.Prehashed(scheme.hash))
        else:
            scheme.verify(key, value, scheme.hashed(covered))
    except (InvalidSignature, TypeError) as error:
        raise BrokenError(Sub.SIG_CRYPTO_FAILURE, "it was not made with this certificate's key") from error


def _timestamps(signer: Any, value: bytes) -> tuple[Token, ...]:
    """The signature's timestamps. One that covers something else was copied from elsewhere: it proves nothing."""
    found: list[Token] = []
    for one in signer["unsigned_attrs"] or ():
        if one["type"].native == "signature_time_stamp_token":
            found.extend(token_over(each.dump(), value) for each in one["values"])
    return tuple(found)


def token_over(encoded: bytes, covered: bytes) -> Token:
    """Return a timestamp that covers these bytes. Raise BrokenError: a wrong one is never merely ignored."""
    try:
        token = tokens.read(encoded)
    except BadTokenError as error:
        raise BrokenError(Sub.TIMESTAMP_ORDER_FAILURE, f"timestamp: {error}") from error
    if not token.covers(covered):
        raise BrokenError(Sub.TIMESTAMP_ORDER_FAILURE, "a timestamp of another signature was put here")
    return token
