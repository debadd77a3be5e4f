"""Verify any file. Whatever it holds, the answer is a report: never an exception, never valid by accident."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from asn1crypto import cms as asn1

from parvis.signing.time import records
from parvis.signing.trust import Trust
from parvis.signing.validation import cms, container, dates, pdf, qualified, xmldoc
from parvis.signing.validation.conclusion import Judges, conclude
from parvis.signing.validation.qualified import ListedService
from parvis.signing.validation.verdicts import BrokenError, Kind, Report, Sub, Verdict

logger = logging.getLogger(__name__)
MOST_VERDICTS = 200


def validate(
    data: bytes,
    *,
    name: str,
    content: bytes | None = None,
    signers: Trust,
    dated_by: Trust,
    at: datetime,
    services: Sequence[ListedService] = (),
) -> Report:
    """Judge every signature, timestamp or record of a file. ``content`` is the file that a detached one is about.

    ``services`` are those of the trusted list, to tell what is qualified.

    Unknown revocation is never taken for none: the verdict is then TRY_LATER.
    """
    judges = Judges(replace(signers, hard=True), replace(dated_by, hard=True), at)
    kind = Kind.UNKNOWN
    verdicts: list[Verdict] = []
    try:
        kind = recognise(data)
        for verdict in _judge(kind, data, content, judges):
            verdicts.append(qualified.told(verdict, services, at))
            if len(verdicts) > MOST_VERDICTS:
                verdicts.append(Verdict(Sub.FORMAT_FAILURE, "too many signatures to be honest"))
                break
    except BrokenError as error:
        verdicts.append(Verdict(error.sub, str(error)))
    except Exception as error:
        logger.info("validation_failed", exc_info=True)
        verdicts.append(Verdict(Sub.FORMAT_FAILURE, f"unreadable: {type(error).__name__}"))
    if not verdicts:
        verdicts.append(Verdict(Sub.FORMAT_FAILURE, "no signature was found", what="none"))
    return Report(kind, name, hashlib.sha256(data).hexdigest(), at, verdicts)


def recognise(data: bytes) -> Kind:
    """Tell what a file is by its content."""
    if b"%PDF-" in data[:1024]:
        return Kind.PDF
    if data[:4] == b"PK\x03\x04":
        return Kind.ASICE
    text = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return Kind.XML
    return _recognise_der(data) if data[:1] == b"\x30" else Kind.UNKNOWN


def _recognise_der(data: bytes) -> Kind:
    try:
        records.read(data)
    except records.UnreadableRecordError:
        pass
    else:
        return Kind.EVIDENCE
    try:
        found = asn1.ContentInfo.load(data)
        carried = found["content"]["encap_content_info"]["content_type"].native
    except (ValueError, TypeError, KeyError):
        return Kind.TIMESTAMP  # an authority's answer, or nothing that can be read
    return Kind.TIMESTAMP if carried == "tst_info" else Kind.CMS


def _judge(kind: Kind, data: bytes, content: bytes | None, judges: Judges) -> Iterable[Verdict]:
    if kind is Kind.PDF:
        return pdf.judge(data, judges)
    if kind is Kind.XML:
        return xmldoc.judge(data, content, judges)
    if kind is Kind.ASICE:
        return container.judge(data, judges)
    if kind is Kind.EVIDENCE:
        return dates.record(data, content, judges)
    if kind is Kind.TIMESTAMP:
        return [dates.timestamp(data, content, judges)]
    if kind is Kind.CMS:
        return _detached(data, content, judges)
    raise BrokenError(Sub.FORMAT_FAILURE, "this kind of file is not known")


def _detached(data: bytes, content: bytes | None, judges: Judges) -> Iterator[Verdict]:
    of_content = None if content is None else lambda algorithm: hashlib.new(algorithm, content).digest()
    signed = cms.check(data, of_content)
    yield conclude(
        signed.certificate,
        signed.others,
        signed.tokens,
        judges,
        claimed_at=signed.claimed_at,
        value=signed.value,
    )
    yield from dates.archives(signed.archives)
