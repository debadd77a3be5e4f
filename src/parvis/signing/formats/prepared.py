"""A document ready to be signed: all but the signature is fixed."""

import hashlib
import hmac
import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass

from parvis.signing.enums import Form

MOST_TAIL = 8 * 1024 * 1024


class ChangedDocumentError(Exception):
    """The document is not the one that was prepared."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What completing needs besides the document.

    ``digest`` is what the key signs; ``signed`` the bytes it is the digest of (attributes of CMS, SignedInfo of XML);
    ``tail`` what is written after a PDF, or the XML signature; ``document`` the SHA-256 of the document.
    """

    form: Form
    digest: bytes
    signed: bytes
    document: bytes
    tail: bytes = b""

    def check(self, document: bytes) -> None:
        """Raise ChangedDocumentError when this is not the document that was prepared."""
        if not hmac.compare_digest(hashlib.sha256(document).digest(), self.document):
            raise ChangedDocumentError("this is not the document that was prepared")

    def dump(self) -> bytes:
        """Return a compact form to keep: what completing needs lives in the database between the two moves."""
        values = {name: b64encode(value).decode() for name, value in asdict(self).items() if name != "form"}
        return zlib.compress(json.dumps(values | {"form": str(self.form)}).encode(), 1)


def load(kept: bytes) -> Prepared:
    """Return what `Prepared.dump` kept. Raise ValueError when it is damaged."""
    reader = zlib.decompressobj()
    try:
        values = json.loads(reader.decompress(kept, MOST_TAIL))
        form = Form(values.pop("form"))
        return Prepared(form=form, **{name: b64decode(value, validate=True) for name, value in values.items()})
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError("damaged preparation") from error
