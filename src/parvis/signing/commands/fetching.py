"""Fetch revocation lists from where certificates say they are: by a job, only when ``PARVIS_FETCH_CRLS`` is set.

Never in a request: what a visitor brings makes this installation call nobody. Only certificates registered here, and
their authorities, are looked at. A list is kept if its authority signed it and it is not older than the one kept.
"""

import hashlib
import http.client
import logging
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from django.conf import settings

from parvis.core import env, files, outward
from parvis.core.clock import now
from parvis.signing.enums import CertificateState
from parvis.signing.models import SigningCertificate

logger = logging.getLogger(__name__)
MOST_BYTES = 20_000_000
MOST_ADDRESSES = 100


def fetch_revocation_lists() -> int:
    """Refresh the lists of the certificates in service. Return how many were kept. A failure leaves the former one."""
    if not env.flag("PARVIS_FETCH_CRLS"):
        return 0
    wanted = dict(_wanted())
    return sum(_refresh(url, issuer) for url, issuer in list(wanted.items())[:MOST_ADDRESSES])


def _wanted() -> Iterator[tuple[str, x509.Certificate]]:
    """Each address, with the authority that must have signed what is there."""
    rows = SigningCertificate.objects.filter(state=CertificateState.ACTIVE, ends_at__gt=now())
    for pem, chain in rows.values_list("pem", "chain"):
        line = [x509.load_pem_x509_certificate(pem.encode())]
        line += x509.load_pem_x509_certificates(chain.encode()) if chain else []
        for certificate, issuer in pairwise(line):
            for url in _addresses(certificate):
                yield url, issuer


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(("http://", "https://")):
                yield name.value


def _refresh(url: str, issuer: x509.Certificate) -> bool:
    private = bool(getattr(settings, "WEBHOOKS_ALLOW_PRIVATE", False))
    try:
        status, content = outward.request("GET", url, private=private, most=MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        logger.warning("revocation_list_unreachable", extra={"url": url, "why": str(error)})
        return False
    place = env.data_dir() / "trust" / "crls" / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.crl"
    if status != http.client.OK or len(content) > MOST_BYTES or not _is_newer(content, issuer, place):
        logger.warning("revocation_list_refused", extra={"url": url, "status": status})
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    files.replace(place, (content,))
    return True


def _is_newer(content: bytes, issuer: x509.Certificate, place: Path) -> bool:
    """Whether this authority signed it, it still holds, and the one kept is not more recent: no going back."""
    try:
        found = x509.load_der_x509_crl(content)
        holds = found.issuer == issuer.subject and found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return False
    ends = found.next_update_utc
    if not holds or ends is None or ends <= now():
        return False
    return not place.is_file() or x509.load_der_x509_crl(place.read_bytes()).last_update_utc <= found.last_update_utc
