"""Certificate requests (PKCS#10, RFC 2986), whose signature is made elsewhere."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from parvis.signing.cms import der
from parvis.signing.cms.schemes import PublicKey, Scheme


def body(public: PublicKey, holder: str, organisation: str) -> bytes:
    """Return what gets signed: who asks, for which key."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, holder[:64]),
        ]
    )
    key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return der.sequence(der.integer(0), subject.public_bytes(), key, der.explicit(0))


def whole(signed: bytes, scheme: Scheme, signature: bytes) -> bytes:
    """Return the request in DER."""
    return der.sequence(signed, scheme.signature_identifier, der.tlv(0x03, b"\0", signature))
