"""One way to prepare and complete, whatever the form."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from parvis.core.xml import XmlRefusedError
from parvis.signing.cms.template import Template
from parvis.signing.enums import Form
from parvis.signing.formats import cades, pades, xades
from parvis.signing.formats.pades import PdfDetails, UnsignablePdfError
from parvis.signing.formats.prepared import Prepared


class UnsignableError(Exception):
    """This document cannot take a signature of this form."""


def prepare(form: Form, document: bytes, name: str, template: Template, *, at: datetime, signer: str = "") -> Prepared:
    """Fix all but the signature. ``name`` is the file's. Raise UnsignableError."""
    try:
        if form is Form.PADES:
            return pades.prepare(document, template, PdfDetails(name=signer))
        if form is Form.XADES:
            return xades.prepare(document, template, at=at)
        if form is Form.XADES_DETACHED:
            return xades.prepare_detached(document, name, template, at=at)
        return cades.prepare(document, template, at=at)
    except (UnsignablePdfError, XmlRefusedError, ValueError) as error:
        raise UnsignableError(str(error)) from error


def timestamp_digest(prepared: Prepared, template: Template, signature: bytes) -> bytes:
    """Return the SHA-256 that a signature timestamp covers."""
    if prepared.form in {Form.XADES, Form.XADES_DETACHED}:
        return hashlib.sha256(xades.timestamp_imprint(prepared, template, signature)).digest()
    return hashlib.sha256(signature).digest()


def complete(
    document: bytes, prepared: Prepared, template: Template, signature: bytes, timestamps: Iterable[bytes] = ()
) -> bytes:
    """Return the signed document, or the signature beside it. Raise ChangedDocumentError."""
    made = {
        Form.PADES: pades.complete,
        Form.CADES: cades.complete,
        Form.XADES: xades.complete,
        Form.XADES_DETACHED: xades.complete,
    }[prepared.form]
    return made(document, prepared, template, signature, timestamps)


def result_name(form: Form, name: str) -> str:
    """Return the file name of what was made."""
    if form is Form.CADES:
        return f"{name}.p7s"
    return f"{name}.xades.xml" if form is Form.XADES_DETACHED else name
