"""Headers that operations read by themselves, as the API's description tells them."""

from typing import Any

MAX_KEY = 255


def _header(
    name: str, description: str, schema: dict[str, Any], example: str, *, required: bool = False
) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "description": description,
        "required": required,
        "schema": schema,
        "example": example,
    }


IDEMPOTENCY_KEY = _header(
    "Idempotency-Key",
    "Yours, new for each act: sent again within 48 hours with the same body, it gives the same answer and acts once.",
    {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
    "6f1f7c2e-8e0a-4d55-9b0e-3f1f0d9c8a77",
)
IF_NONE_MATCH = _header(
    "If-None-Match", "The ETag of what you have: unchanged, the answer is 304.", {"type": "string"}, '"5f70bf18"'
)
UPLOAD_OFFSET = _header(
    "Upload-Offset",
    "How many bytes of the document have already been kept.",
    {"type": "integer", "minimum": 0, "maximum": 999_999_999_999},
    "8388608",
    required=True,
)
DIGEST = _header(
    "Digest",
    "SHA-256 of the whole document, in base 64.",
    {"type": "string"},
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
)
RANGE = _header("Range", "One range of bytes.", {"type": "string"}, "bytes=8388608-")
IF_RANGE = _header(
    "If-Range", "The ETag of the document begun: changed, the whole is sent.", {"type": "string"}, '"5f70bf18"'
)


def described(*headers: dict[str, Any]) -> dict[str, Any]:
    """Return what adds headers to the description of an operation."""
    return {"parameters": list(headers)}
