"""What this installation recognises, read from files again when they change: lists are renewed every day."""

from pathlib import Path

from cryptography import x509
from django.conf import settings

from parvis.identity.cards.checking import LEVELS, Trust

_PEM = b"-----BEGIN"
_kept: dict[tuple[str, float], x509.CertificateRevocationList] = {}


def is_offered() -> bool:
    """Tell whether cards open accounts here."""
    return bool(settings.CARD_URL and settings.CARD_AUTHORITIES)


def trust() -> Trust:
    """Return the authorities, their lists and the levels. A file that cannot be read raises OSError or ValueError."""
    authorities = x509.load_pem_x509_certificates(Path(settings.CARD_AUTHORITIES).read_bytes())
    return Trust(authorities, _lists(), policies())


def policies() -> dict[str, str]:
    """Return the level of each policy: ``PARVIS_CARD_POLICIES`` holds ``oid=rgs2`` words."""
    pairs = (word.partition("=") for word in settings.CARD_POLICIES)
    return {oid: level for oid, _, level in pairs if level in LEVELS}


def _lists() -> list[x509.CertificateRevocationList]:
    """Every list of the folder, in PEM or DER; those that did not change are not read again."""
    folder = Path(settings.CARD_LISTS) if settings.CARD_LISTS else None
    files = sorted(one for one in folder.iterdir() if one.is_file()) if folder else []
    present = {(str(one), one.stat().st_mtime): one for one in files}
    for gone in set(_kept) - set(present):
        _kept.pop(gone, None)
    for key, file in present.items():
        if key not in _kept:
            _kept[key] = _read(file.read_bytes())
    return [_kept[key] for key in present]


def _read(data: bytes) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(data) if data.startswith(_PEM) else x509.load_der_x509_crl(data)
