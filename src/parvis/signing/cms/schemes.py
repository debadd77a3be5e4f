"""Signature schemes: RSA PKCS#1 v1.5, RSA-PSS and ECDSA, with SHA-256, 384 or 512."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.asymmetric import padding as paddings

from parvis.signing.cms import der

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_HASHES: dict[str, tuple[hashes.HashAlgorithm, str]] = {
    "sha256": (hashes.SHA256(), "2.16.840.1.101.3.4.2.1"),
    "sha384": (hashes.SHA384(), "2.16.840.1.101.3.4.2.2"),
    "sha512": (hashes.SHA512(), "2.16.840.1.101.3.4.2.3"),
}
_RSA = {"sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
_EC = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"


class Padding(StrEnum):
    """The family of a scheme."""

    PKCS1 = "rsa"
    PSS = "pss"
    ECDSA = "ec"


class WrongKeyError(TypeError):
    """A key of one family with a scheme of another."""

    def __init__(self, key: object, scheme: "Scheme") -> None:
        super().__init__(f"{type(key).__name__}: not a key for {scheme.padding}")


@dataclass(frozen=True)
class Scheme:
    """How a digest becomes a signature. ``digest`` is also the digest of the document and of the certificate."""

    padding: Padding
    digest: str = "sha256"

    def __post_init__(self) -> None:
        if self.digest not in _HASHES:
            message = f"digest {self.digest!r}: expected one of {sorted(_HASHES)}"
            raise ValueError(message)

    @property
    def hash(self) -> hashes.HashAlgorithm:
        """The hash, as `cryptography` names it."""
        return _HASHES[self.digest][0]

    def hashed(self, data: bytes) -> bytes:
        """Return the digest of some bytes."""
        return hashlib.new(self.digest, data).digest()

    @cached_property
    def digest_identifier(self) -> bytes:
        """AlgorithmIdentifier of the digest; its parameters are absent (RFC 5754 §2)."""
        return der.sequence(der.oid(_HASHES[self.digest][1]))

    @cached_property
    def signature_identifier(self) -> bytes:
        """AlgorithmIdentifier of the signature (RFC 5754 §3, RFC 4056 for PSS)."""
        if self.padding is Padding.ECDSA:
            return der.sequence(der.oid(_EC[self.digest]))
        if self.padding is Padding.PKCS1:
            return der.sequence(der.oid(_RSA[self.digest]), der.null())
        hashing = der.sequence(der.oid(_HASHES[self.digest][1]), der.null())
        parameters = der.sequence(
            der.explicit(0, hashing),
            der.explicit(1, der.sequence(der.oid(_MGF1), hashing)),
            der.explicit(2, der.integer(self.hash.digest_size)),
        )
        return der.sequence(der.oid(_PSS), parameters)

    def sign(self, key: PrivateKey, digest: bytes) -> bytes:
        """Sign a digest with a key held in memory. Raise WrongKeyError when the key is of another family."""
        already = utils.Prehashed(self.hash)
        if isinstance(key, ec.EllipticCurvePrivateKey) and self.padding is Padding.ECDSA:
            return key.sign(digest, ec.ECDSA(already))
        if isinstance(key, rsa.RSAPrivateKey) and self.padding is not Padding.ECDSA:
            return key.sign(digest, self._rsa_padding(), already)
        raise WrongKeyError(key, self)

    def verify(self, key: PublicKey, signature: bytes, digest: bytes) -> None:
        """Raise InvalidSignature, or WrongKeyError when the key is of another family."""
        already = utils.Prehashed(self.hash)
        if isinstance(key, ec.EllipticCurvePublicKey) and self.padding is Padding.ECDSA:
            key.verify(signature, digest, ec.ECDSA(already))
        elif isinstance(key, rsa.RSAPublicKey) and self.padding is not Padding.ECDSA:
            key.verify(signature, digest, self._rsa_padding(), already)
        else:
            raise WrongKeyError(key, self)

    def _rsa_padding(self) -> paddings.PKCS1v15 | paddings.PSS:
        if self.padding is Padding.PKCS1:
            return paddings.PKCS1v15()
        return paddings.PSS(paddings.MGF1(self.hash), self.hash.digest_size)


def scheme_for(key: PublicKey, *, digest: str = "sha256", pss: bool = False) -> Scheme:
    """Return the scheme that suits a public key."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return Scheme(Padding.ECDSA, digest)
    return Scheme(Padding.PSS if pss else Padding.PKCS1, digest)
