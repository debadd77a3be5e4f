"""Is a signature *qualified* (eIDAS)?

Its certificate says so or not (EN 319 412-5), and the trusted list says what its issuer was at the moment proven. A
certificate may claim anything: without a service granted on a trusted list at that moment, nothing is qualified.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from asn1crypto import core
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from parvis.signing.validation.verdicts import Indication, Verdict

_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_COMPLIANCE, _DEVICE, _TYPE = "0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.6"
_SEAL, _SITE = "0.4.0.1862.1.6.2", "0.4.0.1862.1.6.3"


class Quality(StrEnum):
    """What is concluded; the values are those that the Commission's own validator writes."""

    SIGNATURE = "QESig"
    SEAL = "QESeal"
    SIGNATURE_CERTIFICATE = "AdESig-QC"
    SEAL_CERTIFICATE = "AdESeal-QC"
    NOT_QUALIFIED = "AdES"
    UNKNOWN = "Indeterminate"


@dataclass(frozen=True, slots=True)
class ListedService:
    """An issuing service of a trusted list: its certificates, and since when it was granted or not, in any order."""

    certificates: tuple[x509.Certificate, ...]
    periods: tuple[tuple[datetime | None, bool], ...]

    def is_granted(self, at: datetime) -> bool:
        """Tell whether it was granted then. A period without a beginning has always been."""
        begun = [one for one in self.periods if one[0] is None or one[0] <= at]
        return bool(begun) and max(begun, key=_beginning)[1]


def _beginning(period: tuple[datetime | None, bool]) -> float:
    return period[0].timestamp() if period[0] else float("-inf")


class _Statement(core.Sequence):  # type: ignore[misc]
    _fields = [("id", core.ObjectIdentifier), ("info", core.Any, {"optional": True})]


class _Statements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Statement


class _Types(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.ObjectIdentifier


def statements(certificate: x509.Certificate) -> frozenset[str]:
    """Return the statements of a certificate, and the kinds it says it is for; empty when they cannot be read."""
    try:
        value = certificate.extensions.get_extension_for_oid(_STATEMENTS).value
        found: set[str] = set()
        for one in _Statements.load(value.public_bytes(), strict=True):
            found.add(one["id"].dotted)
            if one["id"].dotted == _TYPE:
                found.update(kind.dotted for kind in _Types.load(one["info"].dump()))
    except (x509.ExtensionNotFound, ValueError, TypeError, KeyError):
        return frozenset()
    return frozenset(found)


def told(verdict: Verdict, services: Sequence[ListedService], at: datetime) -> Verdict:
    """Return the verdict with its quality: of a valid signature only, at the moment proven or at the verification."""
    if verdict.what != "signature" or verdict.signer is None or verdict.indication is not Indication.PASSED:
        return verdict
    return replace(verdict, quality=str(_quality(verdict.signer, services, verdict.proven_at or at)))


def _quality(certificate: x509.Certificate, services: Sequence[ListedService], at: datetime) -> Quality:
    said = statements(certificate)
    if _COMPLIANCE not in said or _SITE in said:
        return Quality.NOT_QUALIFIED
    if not services:
        return Quality.UNKNOWN
    issuers = [one for one in services if _issued(certificate, one.certificates)]
    if not any(one.is_granted(at) for one in issuers):
        return Quality.NOT_QUALIFIED
    if _SEAL in said:
        return Quality.SEAL if _DEVICE in said else Quality.SEAL_CERTIFICATE
    return Quality.SIGNATURE if _DEVICE in said else Quality.SIGNATURE_CERTIFICATE


def _issued(certificate: x509.Certificate, authorities: Iterable[x509.Certificate]) -> bool:
    for one in authorities:
        try:
            certificate.verify_directly_issued_by(one)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def dump(services: Iterable[ListedService]) -> str:
    """Write services as the installation keeps them."""
    return json.dumps(
        [
            {
                "certificates": [_pem(one) for one in service.certificates],
                "periods": [[since.isoformat() if since else None, granted] for since, granted in service.periods],
            }
            for service in services
        ]
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def load(text: str) -> tuple[ListedService, ...]:
    """Read them back."""
    return tuple(
        ListedService(
            tuple(x509.load_pem_x509_certificate(one.encode()) for one in said["certificates"]),
            tuple((datetime.fromisoformat(since) if since else None, granted) for since, granted in said["periods"]),
        )
        for said in json.loads(text)
    )
