"""Authorities and certificates made for a test."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Identity:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> bytes:
        """The key, without password."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def authority(name: str = "Autorité d’essai") -> Identity:
    """Return a self-signed authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Identity(key, _certificate(name, key, None, is_authority=True))


def signer(issuer: Identity, name: str = "Docteur Essai", *, key: Key | None = None, days: int = 365) -> Identity:
    """Return someone whom an authority has certified, from 30 days ago, for so many days."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    return Identity(key, _certificate(name, key, issuer, is_authority=False, days=days))


def rsa_key() -> rsa.RSAPrivateKey:
    """Return an RSA key (slow to make)."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(
    name: str, key: Key, issuer: Identity | None, *, is_authority: bool, days: int = 3650
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(days=30)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
