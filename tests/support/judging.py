"""Signed files of every kind, and the verdict on them."""

import hashlib
from datetime import UTC, datetime

from parvis.signing.cms.keys import MemoryKey
from parvis.signing.cms.template import Template
from parvis.signing.enums import Form
from parvis.signing.formats import asice, making
from parvis.signing.keys.authority import Revoked
from parvis.signing.trust import Trust
from parvis.signing.validation import service
from parvis.signing.validation.verdicts import Report
from tests.support.officers import clock, officer, pdf, trust

XML = "<PES_Aller><Montant>12,50 €</Montant></PES_Aller>".encode()


def signed(
    form: Form = Form.PADES,
    document: bytes = b"",
    *,
    by: tuple[Template, MemoryKey] | None = None,
    dated: bool = True,
    at: datetime | None = None,
) -> bytes:
    """Return a document signed in a form, as the parapheur does."""
    template, key = by or officer()
    document = document or (pdf() if form is Form.PADES else XML)
    prepared = making.prepare(form, document, "acte.bin", template, at=at or datetime.now(UTC))
    (signature,) = key.sign(template.scheme, [prepared.digest])
    tokens = [clock().stamp(making.timestamp_digest(prepared, template, signature)).encoded] if dated else []
    return making.complete(document, prepared, template, signature, tokens)


def container(files: dict[str, bytes], *, seal: str = asice.SIGNATURE) -> bytes:
    """Return an ASiC-E container of these files, signed or timestamped."""
    listed = asice.manifest(files, seal=seal)
    if seal == asice.SIGNATURE:
        sealed = signed(Form.CADES, listed)
    else:
        sealed = clock().stamp(hashlib.sha256(listed).digest()).encoded
    return asice.pack(files, listed, sealed, seal=seal)


def judged(
    data: bytes,
    content: bytes | None = None,
    *,
    by: Trust | None = None,
    revoked: tuple[Revoked, ...] = (),
    at: datetime | None = None,
) -> Report:
    """Return the report on a file."""
    known = by or trust(*revoked)
    return service.validate(
        data, name="fichier", content=content, signers=known, dated_by=known, at=at or datetime.now(UTC)
    )
