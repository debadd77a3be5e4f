"""Trusted lists (ETSI TS 119 612): the European list of lists, then a country's, each with its signature checked.

The list of lists is signed by certificates that the operator installed; it says who may sign each country's list. Only
services that issue qualified certificates or qualified timestamps, and whose status is "granted", are kept.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests
from cryptography import x509
from lxml import etree

from parvis.core import xml
from parvis.core.xml import XmlRefusedError
from parvis.signing.validation import xmldoc
from parvis.signing.validation.qualified import ListedService
from parvis.signing.validation.verdicts import BrokenError

TSL = "{http://uri.etsi.org/02231/v2#}"
GRANTED = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
ISSUES = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
DATES = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
MOST_BYTES = 30 * 1024 * 1024
TIMEOUT = (5, 60)


class BadTrustListError(Exception):
    """The list cannot be believed: signature, date or form. The message says why. The former one stays in service."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a country's list is, and who may sign it."""

    territory: str
    location: str
    signers: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Authorities:
    """Those whom a country recognises, for certificates and for timestamps."""

    issuing: tuple[x509.Certificate, ...]
    dating: tuple[x509.Certificate, ...]
    services: tuple[ListedService, ...] = ()


def pointers(content: bytes, signers: Iterable[x509.Certificate], *, at: datetime) -> list[Pointer]:
    """Read a list of lists signed by one of these. Raise BadTrustListError."""
    root = _believed(content, signers, at)
    found = []
    for node in root.iterfind(f"{TSL}SchemeInformation/{TSL}PointersToOtherTSL/{TSL}OtherTSLPointer"):
        location = node.findtext(f"{TSL}TSLLocation") or ""
        territory = "".join(one.text or "" for one in node.iter(f"{TSL}SchemeTerritory"))
        found.append(Pointer(territory.strip(), location.strip(), tuple(_certificates(node))))
    return found


def authorities(content: bytes, signers: Iterable[x509.Certificate], *, at: datetime) -> Authorities:
    """Read a country's list signed by one of these. Raise BadTrustListError."""
    root = _believed(content, signers, at)
    issuing: list[x509.Certificate] = []
    dating: list[x509.Certificate] = []
    for service in root.iter(f"{TSL}ServiceInformation"):
        if service.findtext(f"{TSL}ServiceStatus") != GRANTED:
            continue
        kind = service.findtext(f"{TSL}ServiceTypeIdentifier")
        kept = {ISSUES: issuing, DATES: dating}.get(kind or "")
        identity = service.find(f"{TSL}ServiceDigitalIdentity")
        if kept is not None and identity is not None:
            kept.extend(_certificates(identity))
    return Authorities(tuple(dict.fromkeys(issuing)), tuple(dict.fromkeys(dating)), tuple(_services(root)))


def _services(root: etree._Element) -> Iterator[ListedService]:
    """The services that issue qualified certificates, whatever their status, with its history."""
    for node in root.iter(f"{TSL}TSPService"):
        present = node.find(f"{TSL}ServiceInformation")
        if present is None or present.findtext(f"{TSL}ServiceTypeIdentifier") != ISSUES:
            continue
        identity = present.find(f"{TSL}ServiceDigitalIdentity")
        former = node.findall(f"{TSL}ServiceHistory/{TSL}ServiceHistoryInstance")
        periods = [_period(one) for one in (present, *former)]
        if identity is not None:
            yield ListedService(tuple(_certificates(identity)), tuple(periods))


def _period(node: etree._Element) -> tuple[datetime | None, bool]:
    said = node.findtext(f"{TSL}StatusStartingTime")
    try:
        since = datetime.fromisoformat(said) if said else None
    except ValueError as error:
        raise BadTrustListError("a date that cannot be read") from error
    return since, node.findtext(f"{TSL}ServiceStatus") == GRANTED


def follow(
    location: str,
    signers: Iterable[x509.Certificate],
    territory: str,
    *,
    at: datetime,
    read: Callable[[str], bytes] | None = None,
) -> Authorities:
    """Go from the list of lists (file or https address) to a country's. Raise BadTrustListError, OSError."""
    reader = read or content_of
    for pointer in pointers(reader(location), signers, at=at):
        if pointer.territory == territory and pointer.location.endswith(".xml"):
            return authorities(reader(pointer.location), pointer.signers, at=at)
    message = f"no list for {territory}"
    raise BadTrustListError(message)


def content_of(location: str) -> bytes:
    """Return a list, from a file or an https address. Raise OSError, BadTrustListError."""
    parts = urlsplit(location)
    if parts.scheme in {"", "file"}:
        return Path(parts.path).read_bytes()
    if parts.scheme != "https":
        raise BadTrustListError("a trusted list is read over https, or from a file")
    with requests.get(location, timeout=TIMEOUT, stream=True) as answered:
        answered.raise_for_status()
        content = answered.raw.read(MOST_BYTES + 1, decode_content=True)
    if len(content) > MOST_BYTES:
        raise BadTrustListError("too long")
    return bytes(content)


def _believed(content: bytes, signers: Iterable[x509.Certificate], at: datetime) -> etree._Element:
    """Return the root of a list whose signature holds, by someone named beforehand, and that is not out of date."""
    try:
        root = xml.parse(content, max_bytes=MOST_BYTES)
        certificate = xmldoc.signed_by(root)
        following = root.findtext(f"{TSL}SchemeInformation/{TSL}NextUpdate/{TSL}dateTime")
        late = following is None or datetime.fromisoformat(following) < at
    except (XmlRefusedError, BrokenError, ValueError, KeyError) as error:
        raise BadTrustListError(str(error)) from error
    if root.tag != f"{TSL}TrustServiceStatusList":
        raise BadTrustListError("not a trusted list")
    if certificate not in set(signers):
        raise BadTrustListError("signed by someone who may not")
    if late:
        raise BadTrustListError("out of date")
    return root


def _certificates(node: etree._Element) -> Iterable[x509.Certificate]:
    for one in node.iter(f"{TSL}X509Certificate"):
        try:
            yield x509.load_der_x509_certificate(b64decode(one.text or ""))
        except ValueError as error:
            raise BadTrustListError("a certificate that cannot be read") from error
