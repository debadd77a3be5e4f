"""SignedData written from a template per signer (RFC 5652, CAdES baseline EN 319 122-1, PAdES EN 319 142-1).

Signed attributes: content-type, message-digest, ESS signing-certificate-v2 and, in CAdES only, signing-time (a PDF
says its time in ``/M``: EN 319 142-1 §6.3 forbids the attribute). Unsigned: signature-time-stamp.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from parvis.signing.cms import der
from parvis.signing.cms.schemes import Scheme

DATA = "1.2.840.113549.1.7.1"
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_TIME = der.oid("1.2.840.113549.1.9.5")
_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
_POLICY = der.oid("1.2.840.113549.1.9.16.2.15")
_TIMESTAMP = der.oid("1.2.840.113549.1.9.16.2.14")
_SHA256 = "sha256"


@dataclass(frozen=True, slots=True)
class Policy:
    """The signature policy a signer declares (EPES): its identifier and the digest of its text."""

    oid: str
    digest: bytes


@dataclass(frozen=True)
class Template:
    """What is constant for a signer: certificate, chain, scheme, and their encodings, made once."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    scheme: Scheme
    policy: Policy | None = None

    @cached_property
    def _certificate_der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @cached_property
    def _certificates(self) -> bytes:
        others = (one.public_bytes(Encoding.DER) for one in self.chain)
        return der.tlv(0xA0, *sorted({self._certificate_der, *others}))

    @cached_property
    def _signer_id(self) -> bytes:
        return der.sequence(
            self.certificate.issuer.public_bytes(),
            der.integer(self.certificate.serial_number),
        )

    @cached_property
    def _constant(self) -> tuple[bytes, ...]:
        """The signed attributes that no document changes, but content-type."""
        issuer = der.sequence(
            der.sequence(der.explicit(4, self.certificate.issuer.public_bytes())),
            der.integer(self.certificate.serial_number),
        )
        digest = der.octets(hashlib.new(self.scheme.digest, self._certificate_der).digest())
        # SHA-256 is the DEFAULT of ESSCertIDv2 (RFC 5035 §4): DER leaves it out.
        named = () if self.scheme.digest == _SHA256 else (self.scheme.digest_identifier,)
        essential = der.sequence(der.sequence(der.sequence(*named, digest, issuer)))
        found = [_attribute(_CERTIFICATE_V2, essential)]
        if self.policy:
            hashed = der.sequence(self.scheme.digest_identifier, der.octets(self.policy.digest))
            found.append(_attribute(_POLICY, der.sequence(der.oid(self.policy.oid), hashed)))
        return tuple(found)

    def attributes(self, digest: bytes, *, at: datetime | None = None, content_type: str = DATA) -> bytes:
        """Return the encoded set of signed attributes for a document's digest. Its own digest is what gets signed."""
        parts = [
            _attribute(_CONTENT_TYPE, der.oid(content_type)),
            _attribute(_MESSAGE_DIGEST, der.octets(digest)),
            *self._constant,
        ]
        if at is not None:
            parts.append(_attribute(_SIGNING_TIME, der.time(at)))
        return der.set_of(*parts)

    def assemble(
        self,
        attributes: bytes,
        signature: bytes,
        *,
        timestamps: Iterable[bytes] = (),
        content: bytes | None = None,
        content_type: str = DATA,
    ) -> bytes:
        """Return the ContentInfo. ``content`` is carried within when given; otherwise the signature is detached."""
        unsigned = [_attribute(_TIMESTAMP, token) for token in timestamps]
        signer = der.sequence(
            der.integer(1),
            self._signer_id,
            self.scheme.digest_identifier,
            der.implicit(0, attributes),
            self.scheme.signature_identifier,
            der.octets(signature),
            *([der.tlv(0xA1, *sorted(unsigned))] if unsigned else []),
        )
        carried = () if content is None else (der.explicit(0, der.octets(content)),)
        signed = der.sequence(
            der.integer(1 if content_type == DATA else 3),
            der.set_of(self.scheme.digest_identifier),
            der.sequence(der.oid(content_type), *carried),
            self._certificates,
            der.set_of(signer),
        )
        return der.sequence(_SIGNED_DATA, der.explicit(0, signed))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.sequence(kind, der.set_of(value))
