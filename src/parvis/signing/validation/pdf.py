"""Signatures of a PDF: pyHanko reads the file and compares its revisions, our checks judge each signature."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

from asn1crypto.parser import peek
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, ValidationInfoReadingError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from parvis.signing.time import tokens
from parvis.signing.time.tokens import Token
from parvis.signing.trust import Trust
from parvis.signing.validation import cms
from parvis.signing.validation.conclusion import Judges, conclude, existence, sub_of
from parvis.signing.validation.verdicts import BrokenError, Sub, Verdict

_ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)

_END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*$")


def judge(data: bytes, judges: Judges) -> Iterator[Verdict]:
    """Yield a verdict per signature and document timestamp, in the order of the file."""
    if not _END.search(data[-1024:]):
        raise BrokenError(Sub.FORMAT_FAILURE, "something follows the end of the PDF")
    reader = PdfFileReader(BytesIO(data), strict=True)
    found = list(reader.embedded_signatures)
    judges = replace(judges, signers=_informed(judges.signers, reader), dates=_informed(judges.dates, reader))
    stamps = _document_timestamps(found)
    for place, one in enumerate(found):
        try:
            if one.sig_object_type == "/DocTimeStamp":
                yield _timestamp(one, [t for p, t in stamps if p > place], judges)
            else:
                yield _signature(one, [t for p, t in stamps if p > place], judges)
        except BrokenError as error:
            yield Verdict(error.sub, str(error), name=str(one.field_name))


def _informed(trust: Trust, reader: PdfFileReader) -> Trust:
    """The same trust, with the revocation data and certificates that the file carries (B-LT): trusted for nothing."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except (NoDSSFoundError, ValidationInfoReadingError):
        return trust
    crls = tuple(one.get_object().data for one in store.crls)
    answers = tuple(one.get_object().data for one in store.ocsps)
    return replace(trust, crls=(*trust.crls, *crls), ocsps=(*trust.ocsps, *answers))


def _document_timestamps(found: list[EmbeddedPdfSignature]) -> list[tuple[int, Token]]:
    """The document timestamps that hold, with their places: each proves what stands before it."""
    held = []
    for place, one in enumerate(found):
        if one.sig_object_type == "/DocTimeStamp":
            try:
                _check_file(one)
                held.append((place, _token(one)))
            except BrokenError:
                continue
    return held


def _check_file(one: EmbeddedPdfSignature) -> None:
    """What is signed is the whole file as it was, and nothing was changed since but signatures and their proofs."""
    one.compute_integrity_info()  # type: ignore[no-untyped-call]
    found = one.summarise_integrity_info()
    coverage, changes = found["coverage"], found["diff_result"]
    if coverage not in {SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE}:
        raise BrokenError(Sub.FORMAT_FAILURE, "it does not cover the whole document")
    if coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return
    # Nothing was added since, and yet the file goes on: bytes that no signature covers.
    if one.signed_revision >= one.reader.xrefs.total_revisions - 1:
        raise BrokenError(Sub.FORMAT_FAILURE, "something follows what was signed")
    if not isinstance(changes, DiffResult) or changes.modification_level not in _ALLOWED or not found["docmdp_ok"]:
        raise BrokenError(Sub.FORMAT_FAILURE, "the document was changed after this signature")


def _signature(one: EmbeddedPdfSignature, stamps: list[Token], judges: Judges) -> Verdict:
    _check_file(one)
    signed = cms.check(_content(one), _digest_of(one))
    return conclude(
        signed.certificate,
        signed.others,
        (*signed.tokens, *stamps),
        judges,
        claimed_at=signed.claimed_at or one.self_reported_timestamp,
        value=signed.value,
        name=str(one.field_name),
    )


def _timestamp(one: EmbeddedPdfSignature, later: list[Token], judges: Judges) -> Verdict:
    _check_file(one)
    token = _token(one)
    proof = existence(later, judges)
    standing = judges.dates.standing(token.certificate, token.others, at=proof.at)
    return Verdict(
        sub_of(standing),
        what="timestamp",
        signer=token.certificate,
        proven_at=token.at,
        name=str(one.field_name),
        value=token.encoded,
    )


def _token(one: EmbeddedPdfSignature) -> Token:
    try:
        token = tokens.read(_content(one))
    except tokens.BadTokenError as error:
        raise BrokenError(Sub.FORMAT_FAILURE, f"timestamp: {error}") from error
    if not token.covers_digest(_digest_of(one)(token.algorithm)):
        raise BrokenError(Sub.HASH_FAILURE, "the timestamp is of another document")
    return token


def _content(one: EmbeddedPdfSignature) -> bytes:
    """The signature as it is in the file, without what fills its place."""
    raw = bytes(one.pkcs7_content)
    size = peek(raw)
    if raw[size:].strip(b"\0"):
        raise BrokenError(Sub.FORMAT_FAILURE, "something follows the signature in its place")
    return raw[:size]


def _digest_of(one: EmbeddedPdfSignature) -> Callable[[str], bytes]:
    stream = one.reader.stream
    ranges = [int(value) for value in one.byte_range]

    def digest(algorithm: str) -> bytes:
        hashed = hashlib.new(algorithm)
        for start, size in zip(ranges[::2], ranges[1::2], strict=True):
            stream.seek(start)
            hashed.update(stream.read(size))
        return hashed.digest()

    return digest
