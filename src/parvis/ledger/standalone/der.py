"""Just enough of DER (X.690) to read timestamps and evidence records. Strict: one encoding of one value."""

from dataclasses import dataclass

SEQUENCE, SET, INTEGER, OCTETS, OID, TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18
TAGGED_0, TAGGED_1, TAGGED_2 = 0xA0, 0xA1, 0xA2
_CONSTRUCTED, _LONG, _HIGH_TAG = 0x20, 0x80, 0x1F
_MOST_LENGTH_BYTES = 4


class BadDerError(ValueError):
    """These bytes are not what was expected here."""


@dataclass(frozen=True, slots=True)
class Der:
    """One value: its tag, what is inside, and all of its bytes."""

    tag: int
    body: bytes
    whole: bytes

    def parts(self) -> list["Der"]:
        """Return the values inside. Raise BadDerError when it holds none."""
        if not self.tag & _CONSTRUCTED:
            raise BadDerError("not a structure")
        found, place = [], 0
        while place < len(self.body):
            one = _one(self.body, place)
            found.append(one)
            place += len(one.whole)
        return found

    def expect(self, tag: int) -> "Der":
        """Return itself. Raise BadDerError when it is something else."""
        if self.tag != tag:
            raise BadDerError("not the value expected")
        return self

    @property
    def dotted(self) -> str:
        """An object identifier in its usual form."""
        body = self.expect(OID).body
        arcs, value = [], 0
        for byte in body:
            value = value << 7 | byte & 0x7F
            if not byte & _LONG:
                arcs.append(value)
                value = 0
        if not arcs or value:
            raise BadDerError("not an identifier")
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def read_der(data: bytes) -> Der:
    """Read one value that takes all the bytes. Raise BadDerError."""
    found = _one(data, 0)
    if len(found.whole) != len(data):
        raise BadDerError("bytes are left over")
    return found


def write_der(tag: int, *bodies: bytes) -> bytes:
    """Write one value."""
    body = b"".join(bodies)
    if len(body) < _LONG:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + body


def _one(data: bytes, place: int) -> Der:
    if place + 2 > len(data) or data[place] & _HIGH_TAG == _HIGH_TAG:
        raise BadDerError("cut short, or a tag too high")
    tag, length, start = data[place], data[place + 1], place + 2
    if length & _LONG:
        width = length & ~_LONG
        raw = data[start : start + width]
        length = int.from_bytes(raw, "big")
        if not 0 < width <= _MOST_LENGTH_BYTES or len(raw) != width or not raw[0] or length < _LONG:
            raise BadDerError("not the shortest length")
        start += width
    if start + length > len(data):
        raise BadDerError("cut short")
    return Der(tag, data[start : start + length], data[place : start + length])
