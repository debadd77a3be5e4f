"""PAdES (ETSI EN 319 142-1): the PDF part is pyHanko's, the signature is our template's."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any

from asn1crypto import cms, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError

from parvis.signing import awaiting
from parvis.signing.cms.keys import SigningKey
from parvis.signing.cms.template import Template
from parvis.signing.enums import Form
from parvis.signing.formats.prepared import ChangedDocumentError, Prepared

# Bytes kept for a timestamp with the chain of its authority.
TIMESTAMP_ROOM = 8 * 1024
_LONGEST_SIGNATURE = 512


class UnsignablePdfError(Exception):
    """This is not a PDF that can take a signature: damaged, encrypted, or closed by its author."""


@dataclass(frozen=True, slots=True)
class PdfDetails:
    """What the signature says of itself in the PDF. ``field`` must be new in the document; empty, it is chosen."""

    field: str = ""
    reason: str = ""
    location: str = ""
    name: str = ""


class TemplateSigner(signers.Signer):
    """Our template as a signer of pyHanko, for what pyHanko drives itself (B-LT, B-LTA in one go)."""

    def __init__(self, template: Template, key: SigningKey) -> None:
        certificate = x509.Certificate.load(template.certificate.public_bytes(Encoding.DER))
        super().__init__(signing_cert=certificate, prefer_pss=template.scheme.padding == "pss")
        self._template = template
        self._key = key

    def get_signature_mechanism_for_digest(self, digest_algorithm: str | None) -> Any:  # noqa: ARG002 - pyHanko's interface
        """The template's own, whatever is asked."""
        return cms.SignedDigestAlgorithm.load(self._template.scheme.signature_identifier)

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *_: Any, **options: Any) -> Any:
        """Return the ContentInfo. Raise SigningError when another digest is asked than the template's."""
        scheme = self._template.scheme
        if digest_algorithm != scheme.digest:
            raise SigningError("the digest of the document is not the signer's")
        attributes = self._template.attributes(data_digest)
        (signature,) = self._key.sign(scheme, [scheme.hashed(attributes)])
        tokens = []
        if timestamper := options.get("timestamper"):
            imprint = hashlib.sha256(signature).digest()
            tokens.append((await timestamper.async_timestamp(imprint, "sha256")).dump())
        return cms.ContentInfo.load(self._template.assemble(attributes, signature, timestamps=tokens))


class _NoKey:
    def sign(self, *_: Any) -> list[bytes]:
        raise SigningError("prepared, not signed")


def metadata(
    writer: IncrementalPdfFileWriter, template: Template, details: PdfDetails, **more: Any
) -> signers.PdfSignatureMetadata:
    """Return what pyHanko must write about the signature."""
    taken = {name for name, *_ in fields.enumerate_sig_fields(writer.prev)}
    free = (f"Signature{number}" for number in count(1) if f"Signature{number}" not in taken)
    return signers.PdfSignatureMetadata(
        field_name=details.field or next(free),
        md_algorithm=template.scheme.digest,
        reason=details.reason or None,
        location=details.location or None,
        name=details.name or None,
        subfilter=fields.SigSeedSubFilter.PADES,
        **more,
    )


def prepare(document: bytes, template: Template, details: PdfDetails | None = None) -> Prepared:
    """Write all of the signature but its value after the PDF. Raise UnsignablePdfError."""
    try:
        writer = IncrementalPdfFileWriter(BytesIO(document), strict=False)
        described = metadata(writer, template, details or PdfDetails())
        signer = signers.PdfSigner(described, signer=TemplateSigner(template, _NoKey()))
        out = BytesIO()
        asked = signer.async_digest_doc_for_signing(writer, bytes_reserved=_room(template), output=out)
        found, _, _ = awaiting.run(asked)
    except (PdfError, SigningError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnsignablePdfError(str(error)) from error
    whole = out.getvalue()
    start, end = found.reserved_region_start, found.reserved_region_end
    attributes = template.attributes(found.document_digest)
    tail = whole[len(document) :]
    if not whole.startswith(document) or not len(document) < start < end < len(whole):
        raise UnsignablePdfError("it would be rewritten")
    gap = (start + 1 - len(document)).to_bytes(8) + (end - 1 - len(document)).to_bytes(8)
    return Prepared(
        form=Form.PADES,
        digest=template.scheme.hashed(attributes),
        signed=attributes,
        document=hashlib.sha256(document).digest(),
        tail=gap + tail,
    )


def _room(template: Template) -> int:
    """How many hexadecimal digits to keep for the signature: all but its timestamp is known."""
    attributes = template.attributes(bytes(template.scheme.hash.digest_size))
    return 2 * (len(template.assemble(attributes, bytes(_LONGEST_SIGNATURE))) + TIMESTAMP_ROOM)


def complete(
    document: bytes, prepared: Prepared, template: Template, signature: bytes, timestamps: Iterable[bytes] = ()
) -> bytes:
    """Return the signed PDF. Raise ChangedDocumentError; ValueError when the signature does not fit in its place."""
    prepared.check(document)
    hole, tail = _hole(prepared)
    _check_covered(document, prepared, template)
    value = template.assemble(prepared.signed, signature, timestamps=timestamps).hex().encode()
    size = hole.stop - hole.start
    if len(value) > size:
        raise ValueError("the signature does not fit in the place kept for it")
    return b"".join((document, tail[: hole.start], value.ljust(size, b"0"), tail[hole.stop :]))


def _hole(prepared: Prepared) -> tuple[slice, bytes]:
    """Where the signature goes in what is written after the document, and that text."""
    start, end = int.from_bytes(prepared.tail[:8]), int.from_bytes(prepared.tail[8:16])
    return slice(start, end), prepared.tail[16:]


def _check_covered(document: bytes, prepared: Prepared, template: Template) -> None:
    """What is about to be written is what the attributes were made for: a damaged preparation must not be signed."""
    hole, tail = _hole(prepared)
    covered = hashlib.new(template.scheme.digest, document)
    covered.update(tail[: hole.start - 1])
    covered.update(tail[hole.stop + 1 :])
    if template.attributes(covered.digest()) != prepared.signed:
        raise ChangedDocumentError("the preparation does not belong to this document")
