"""CAdES detached (ETSI EN 319 122-1), baseline B-B and B-T."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from parvis.signing.cms.template import Template
from parvis.signing.enums import Form
from parvis.signing.formats.prepared import Prepared


def prepare(document: bytes, template: Template, *, at: datetime) -> Prepared:
    """Fix the attributes of a signature beside the document. ``at`` is the time that the signer claims."""
    attributes = template.attributes(template.scheme.hashed(document), at=at)
    return Prepared(
        form=Form.CADES,
        digest=template.scheme.hashed(attributes),
        signed=attributes,
        document=hashlib.sha256(document).digest(),
    )


def complete(
    document: bytes, prepared: Prepared, template: Template, signature: bytes, timestamps: Iterable[bytes] = ()
) -> bytes:
    """Return the signature (.p7s, DER). Raise ChangedDocumentError."""
    prepared.check(document)
    return template.assemble(prepared.signed, signature, timestamps=timestamps)
