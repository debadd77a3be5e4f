"""What this installation signs and dates with, read from its settings: signer, authorities, timestamps.

``PARVIS_SIGNING_ROOTS`` and ``PARVIS_TSA_ROOTS`` are PEM files of the authorities recognised, ``PARVIS_SIGNING_CRLS`` a
folder of revocation lists (DER) that a job of the operator keeps fresh, ``PARVIS_TSA`` the addresses of timestamp
authorities in order of preference; `parvis trust-list` adds the European ones. The demo has all of these.
"""

from functools import cache
from pathlib import Path

from cryptography import x509
from django.conf import settings

from parvis.core import certificates, env
from parvis.core.clock import now
from parvis.signing.enums import CertificateState
from parvis.signing.keys import demo as demo_pki
from parvis.signing.keys import places
from parvis.signing.keys.authority import Revoked
from parvis.signing.keys.demo import DemoPki
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import SigningCertificate
from parvis.signing.time.client import Authority, HttpAuthority, LocalAuthority, TimestampClient
from parvis.signing.trust import Trust
from parvis.signing.validation import qualified
from parvis.signing.validation.qualified import ListedService


def is_demo() -> bool:
    """Whether the demo's authority may be used."""
    return bool(getattr(settings, "DEMO", False))


def demo() -> DemoPki:
    """Return the demo's authority."""
    return demo_pki.pki(env.data_dir(), env.text("PARVIS_URL", "http://localhost:8000"))


def signer() -> SignerClient:
    """Return the client of the signer."""
    return places.client(env.data_dir())


def seal_secret() -> bytes:
    """Return what seals authorisations."""
    return places.seal_secret(env.data_dir())


def revoked() -> list[Revoked]:
    """Return the certificates revoked here. One query."""
    rows = SigningCertificate.objects.filter(state=CertificateState.REVOKED, revoked_at__isnull=False)
    return [Revoked(int(serial, 16), at) for serial, at in rows.values_list("serial", "revoked_at") if at]


def serials() -> set[int]:
    """Return the serial numbers of the certificates issued here. One query."""
    here = demo()
    rows = SigningCertificate.objects.values_list("serial", flat=True)
    own = (here.dating.certificate, here.responder.certificate)
    return {int(one, 16) for one in rows} | {one.serial_number for one in own}


def trust() -> Trust:
    """Return whom this installation trusts for signatures, with the revocation lists at hand."""
    roots = [*certificates.anchors(env.text("PARVIS_SIGNING_ROOTS")), *_listed("issuing.pem")]
    folder = env.text("PARVIS_SIGNING_CRLS")
    lists = [path.read_bytes() for path in sorted(Path(folder).glob("*.crl"))] if folder else []
    others = []
    fetched = env.data_dir() / "trust" / "crls"
    lists += [path.read_bytes() for path in sorted(fetched.glob("*.crl"))]
    if is_demo():
        here = demo()
        roots.append(here.root.certificate)
        others.append(here.issuing.certificate)
        lists += demo_pki.revocation_lists(here, revoked(), at=now())
    return Trust(tuple(roots), tuple(others), crls=tuple(lists))


def timestamp_trust() -> Trust:
    """Return whom this installation trusts for dates: those of signatures as well."""
    base = trust()
    roots = (*base.roots, *certificates.anchors(env.text("PARVIS_TSA_ROOTS")), *_listed("dating.pem"))
    return Trust(roots, base.others, crls=base.crls)


def _listed(name: str) -> tuple[x509.Certificate, ...]:
    """The authorities that `parvis trust-list` found, none before it ran."""
    path = env.data_dir() / "trust" / name
    return tuple(x509.load_pem_x509_certificates(path.read_bytes())) if path.is_file() and path.stat().st_size else ()


def services() -> tuple[ListedService, ...]:
    """Return the issuing services of the trusted list, none before `parvis trust-list` ran."""
    path = env.data_dir() / "trust" / "services.json"
    return qualified.load(path.read_text(encoding="utf-8")) if path.is_file() else ()


def clock() -> TimestampClient:
    """Return this process's client of timestamp authorities; its trust is read anew every time it is made."""
    return _clock(tuple(env.words("PARVIS_TSA")), is_demo())


@cache
def _clock(addresses: tuple[str, ...], in_demo: bool) -> TimestampClient:  # noqa: FBT001 - a cache's key
    authorities: list[Authority] = [HttpAuthority(url, url) for url in addresses]
    if in_demo and not authorities:
        authorities.append(LocalAuthority(demo().unit))
    return TimestampClient(authorities, timestamp_trust())
