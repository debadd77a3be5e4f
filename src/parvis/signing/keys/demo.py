"""The demo's certification authority, kept in the data directory: root, issuing authority, timestamp unit, responder.

Made at first use. Its keys are files: it proves nothing outside the demo, and its certificates say so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from parvis.core import env
from parvis.core.clock import now
from parvis.signing.cms.keys import MemoryKey
from parvis.signing.cms.schemes import PublicKey, scheme_for
from parvis.signing.cms.template import Template
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Holder, KeyKind, Profile, Request
from parvis.signing.time.unit import TimestampUnit

ORGANISATION = "Parvis (démonstration)"
AUTHORITY_LIFE = timedelta(days=3650)
UNIT_LIFE = timedelta(days=1825)
OFFICER_LIFE = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class DemoPki:
    """The authorities of one installation, in memory. ``site`` is where their lists are published."""

    root: Holder
    issuing: Holder
    dating: Holder
    responder: Holder
    site: str

    @property
    def unit(self) -> TimestampUnit:
        """The timestamp unit."""
        certificate = self.dating.certificate
        template = Template(certificate, (self.issuing.certificate,), scheme_for(self.dating.key.public_key()))
        return TimestampUnit(template, MemoryKey(self.dating.key))

    def officer(self, name: str, organisation: str, public: PublicKey) -> x509.Certificate:
        """Certify an officer's key, from now, for two years."""
        start = now().replace(microsecond=0) - timedelta(minutes=1)
        request = Request(
            name,
            Profile.OFFICER,
            start,
            start + OFFICER_LIFE,
            organisation,
            f"{self.site}/pki/crl",
            f"{self.site}/pki/ocsp",
        )
        return authority.issue(self.issuing, request, public)


def pki(data: Path, site: str) -> DemoPki:
    """Return the authorities, made at first use. Two processes that start at once end up with the same."""
    return _pki(data / "pki", site.rstrip("/"))


@lru_cache(maxsize=4)
def _pki(folder: Path, site: str) -> DemoPki:
    start = now().replace(microsecond=0) - timedelta(minutes=5)

    def request(name: str, profile: Profile, life: timedelta) -> Request:
        points = "" if profile is Profile.AUTHORITY else f"{site}/pki/crl"
        return Request(name, profile, start, start + life, ORGANISATION, points)

    def certified(issuer: Holder, name: str, profile: Profile, life: timedelta) -> Holder:
        key = authority.new_key(KeyKind.P256)
        return Holder(key, authority.issue(issuer, request(name, profile, life), key.public_key()))

    def fresh_root() -> Holder:
        asked = request("Racine de démonstration", Profile.AUTHORITY, AUTHORITY_LIFE)
        return authority.self_signed(asked, authority.new_key(KeyKind.P256))

    root = _kept(folder / "root.pem", fresh_root)
    issuing = _kept(
        folder / "issuing.pem",
        lambda: certified(root, "Autorité de démonstration", Profile.AUTHORITY, AUTHORITY_LIFE),
    )
    return DemoPki(
        root,
        issuing,
        _kept(folder / "dating.pem", lambda: certified(issuing, "Horodatage", Profile.TIMESTAMP, UNIT_LIFE)),
        _kept(folder / "responder.pem", lambda: certified(issuing, "Révocation", Profile.RESPONDER, UNIT_LIFE)),
        site,
    )


def _kept(path: Path, make: Callable[[], Holder]) -> Holder:
    def encoded() -> str:
        made = make()
        key = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return (key + made.certificate.public_bytes(Encoding.PEM)).decode()

    said = env.kept_secret(f"PARVIS_PKI_{path.stem.upper()}", path, make=encoded).encode()
    key = load_pem_private_key(said, None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        message = f"{path}: a key of another family than RSA or EC"
        raise env.BadSettingError(message)
    return Holder(key, x509.load_pem_x509_certificate(said))


def revocation_lists(pki: DemoPki, revoked: list[authority.Revoked], *, at: datetime) -> tuple[bytes, bytes]:
    """Return the lists of the root and of the issuing authority. Their number is the minute: it only grows."""
    number = int(at.timestamp()) // 60
    return (
        authority.revocation_list(pki.root, (), number=number, at=at),
        authority.revocation_list(pki.issuing, revoked, number=number, at=at),
    )
