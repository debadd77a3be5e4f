"""The few DER encodings that a signature needs (ITU-T X.690), as bytes in, bytes out.

Written by hand because building the same objects with a general library costs fifty times the signature itself.
"""

from datetime import UTC, datetime

SHORT_FORM = 0x80
LAST_UTC_YEAR = 2049


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return tag, length and value."""
    body = b"".join(parts)
    size = len(body)
    if size < SHORT_FORM:
        return bytes((tag, size)) + body
    count = (size.bit_length() + 7) // 8
    return bytes((tag, SHORT_FORM | count)) + size.to_bytes(count) + body


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE."""
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    """SET OF, in the order that DER asks for: by encoded value."""
    return tlv(0x31, *sorted(parts))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, value)


def integer(value: int) -> bytes:
    """INTEGER, positive or zero."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def boolean_true() -> bytes:
    """BOOLEAN TRUE."""
    return b"\x01\x01\xff"


def null() -> bytes:
    """NULL."""
    return b"\x05\x00"


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tlv(0x06, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))


def explicit(number: int, *parts: bytes) -> bytes:
    """[number] EXPLICIT, or IMPLICIT over a constructed value whose content is given."""
    return tlv(0xA0 | number, *parts)


def time(moment: datetime) -> bytes:
    """Time of CMS (RFC 5652 §11.3): UTCTime until 2049, GeneralizedTime afterwards, whole seconds."""
    moment = moment.astimezone(UTC)
    if moment.year <= LAST_UTC_YEAR:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return generalized_time(moment)


def generalized_time(moment: datetime) -> bytes:
    """GeneralizedTime, whole seconds, in UTC."""
    return tlv(0x18, moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def content(encoded: bytes) -> bytes:
    """Return the value of one encoded object, without its tag and length."""
    return encoded[_header(encoded) :]


def _header(encoded: bytes) -> int:
    first = encoded[1]
    return 2 if first < SHORT_FORM else 2 + (first & 0x7F)


def implicit(number: int, encoded: bytes) -> bytes:
    """Return the same constructed object under the tag [number] IMPLICIT."""
    return tlv(0xA0 | number, content(encoded))
