"""PAdES for the long term: B-LT (what proves the certificates, in the file) and B-LTA (a timestamp over it all)."""

import asyncio
import hashlib
from io import BytesIO
from typing import Any

from asn1crypto import cms, tsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import async_add_validation_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from parvis.core.clock import now
from parvis.signing import awaiting
from parvis.signing.time.client import TimestampClient
from parvis.signing.trust import Trust


class NotLongTermError(Exception):
    """The proofs are not all at hand yet: a revocation list newer than the signature, a timestamp."""


class ClientTimeStamper(TimeStamper):
    """Our client, as pyHanko asks for timestamps."""

    def __init__(self, client: TimestampClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client = client

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Never used: `async_timestamp` answers."""
        raise NotImplementedError

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a checked token. Raise NoTimeError."""
        token = await asyncio.to_thread(self._client.stamp, message_digest, md_algorithm)
        return cms.ContentInfo.load(token.encoded)

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """A real token over nothing, to know its size."""
        return await self.async_timestamp(bytes(hashlib.new(md_algorithm).digest_size), md_algorithm)


def to_lt(signed: bytes, trust: Trust, *, context: ValidationContext | None = None) -> bytes:
    """Add certificates and revocation data for every signature (B-LT). Raise NotLongTermError when some are missing.

    ``context`` may be shared by a batch: certificates met once are not validated again.
    """
    found = context or trust.context(now())
    try:
        for place, _ in enumerate(PdfFileReader(BytesIO(signed)).embedded_signatures):
            embedded = PdfFileReader(BytesIO(signed)).embedded_signatures[place]
            out = awaiting.run(async_add_validation_info(embedded, found, output=BytesIO()))
            signed = out.getvalue()
    except (PdfError, SignatureValidationError, PathError, ValidationError, ValueError) as error:
        raise NotLongTermError(str(error)) from error
    return signed


def to_lta(signed: bytes, trust: Trust, client: TimestampClient) -> bytes:
    """Add a document timestamp over all the rest (B-LTA). Raise NotLongTermError, NoTimeError."""
    stamper = PdfTimeStamper(ClientTimeStamper(client))
    try:
        writer = IncrementalPdfFileWriter(BytesIO(signed))
        # Twice the bytes, in hexadecimal: a token with the chain of its authority.
        out: Any = awaiting.run(
            stamper.async_timestamp_pdf(
                writer, "sha256", validation_context=trust.context(now()), output=BytesIO(), bytes_reserved=32 * 1024
            )
        )
    except (PdfError, SigningError, SignatureValidationError, PathError, ValidationError, ValueError) as error:
        raise NotLongTermError(str(error)) from error
    return bytes(out.getvalue())
