"""Certificates: does this one come from an authority that we were told to recognise?"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError


@cache
def anchors(path: str) -> tuple[x509.Certificate, ...]:
    """Return the authorities listed in a PEM file, none when no file is named. Raise OSError or ValueError."""
    return tuple(x509.load_pem_x509_certificates(Path(path).read_bytes())) if path else ()


def comes_from(
    authorities: Iterable[x509.Certificate],
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    at: datetime,
) -> bool:
    """Tell whether a chain of certificates valid at that moment leads to one of these authorities (RFC 5280 §6).

    Revocation is not looked up here: nothing is fetched. ``others`` may complete the chain and are trusted for nothing.
    """
    context = ValidationContext(
        trust_roots=[_asn1(one) for one in authorities],
        other_certs=[_asn1(one) for one in others],
        moment=at if at.tzinfo else at.replace(tzinfo=UTC),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    try:
        asyncio.run(CertificateValidator(_asn1(certificate), validation_context=context).async_validate_path())
    except (PathError, ValidationError, ValueError):
        return False
    return True


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
