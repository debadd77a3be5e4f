"""A small public-key infrastructure for tests: a root, an intermediate, cards, lists."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

RGS2, RGS3 = "1.2.250.1.999.1.2", "1.2.250.1.999.1.3"
DAY = timedelta(days=1)


def name(common: str) -> x509.Name:
    parts = {NameOID.ORGANIZATION_NAME: "Essai", NameOID.COMMON_NAME: common}
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts.items()])


@dataclass
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@dataclass
class Pki:
    """A root and an intermediate that issues."""

    root: Holder = field(init=False)
    issuing: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.root = issue("Racine", None, ca=True)
        self.issuing = issue("Autorité des agents", self.root, ca=True)

    @property
    def authorities(self) -> list[x509.Certificate]:
        return [self.root.certificate, self.issuing.certificate]

    def card(self, who: str = "Claude Bernard", **options: Any) -> Holder:
        return issue(who, self.issuing, **({"policy": RGS2} | options))

    def lists(self, *revoked: x509.Certificate, age: timedelta = timedelta()) -> list[x509.CertificateRevocationList]:
        """Return the lists of both authorities, as they were ``age`` ago: fresh for a day."""
        at = datetime.now(UTC) - age
        return [revocations(self.root, (), at), revocations(self.issuing, revoked, at)]


def issue(
    who: str,
    by: Holder | None,
    *,
    ca: bool = False,
    policy: str = "",
    purposes: tuple[Any, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    begins: timedelta = -DAY,
    ends: timedelta = 30 * DAY,
    names: tuple[str, ...] = (),
) -> Holder:
    """Issue a certificate, by itself when ``by`` is None."""
    key = ec.generate_private_key(ec.SECP256R1())
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name(who))
        .issuer_name(by.certificate.subject if by else name(who))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment + begins)
        .not_valid_after(moment + ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(ca=ca), critical=True)
    )
    if by:
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
        made = made.add_extension(issuer_key, critical=False)
    if purposes and not ca:
        made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if policy:
        held = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)])
        made = made.add_extension(held, critical=False)
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
    return Holder(made.sign(by.key if by else key, hashes.SHA256()), key)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def revocations(by: Holder, revoked: Any, at: datetime) -> x509.CertificateRevocationList:
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(at)
        .next_update(at + DAY)
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(at).build()
        made = made.add_revoked_certificate(entry)
    return made.sign(by.key, hashes.SHA256())
