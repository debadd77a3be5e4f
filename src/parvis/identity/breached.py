"""Passwords found in breaches (ASVS 5, 6.2.4 and 6.2.12): sets of digests, looked up without any network.

A set is a file of sorted digests, each the first eight bytes of a SHA-1: the form in which breached passwords are
published, and no secret of ours. Eight bytes take one good password for a breached one in twenty thousand million, with
a set of a thousand million.
"""

import http.client
import logging
import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from hashlib import sha1
from itertools import chain
from pathlib import Path

from parvis.core import files, outward

WIDTH = 8
# Passwords of twelve characters or more among the most used of the breaches known in 2015: docs/security/accounts.md.
SHIPPED = Path(__file__).parent / "data" / "breached.bin"
_RANGE_BYTES = 2_000_000
_LOG = logging.getLogger(__name__)


class UnsortedError(ValueError):
    """A published set whose lines are not in the order of their digests. ``args[0]``: the line."""


def digest(password: str) -> bytes:
    """Return what a set holds of a password."""
    return _sha1(password)[:WIDTH]


def _sha1(password: str) -> bytes:
    return sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()


def spellings(password: str) -> set[str]:
    """A password, and the same in small letters: what is tried first has no capitals."""
    return {password, password.lower()}


class _Digests:
    """The digests of a file as a sequence, for `bisect`."""

    def __init__(self, view: mmap.mmap) -> None:
        self._view = view

    def __len__(self) -> int:
        return len(self._view) // WIDTH

    def __getitem__(self, place: int) -> bytes:
        return self._view[place * WIDTH : (place + 1) * WIDTH]


def holds(path: Path, password: str) -> bool:
    """Tell whether the set at ``path`` holds a password. Some thirty reads, whatever its size; no file, no password."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            return any(_found(_Digests(view), digest(one)) for one in spellings(password))
    except FileNotFoundError:
        return False


def _found(digests: _Digests, wanted: bytes) -> bool:
    place = bisect_left(digests, wanted)
    return place < len(digests) and digests[place] == wanted


def range_holds(url: str, password: str) -> bool:
    """Ask a service by ranges, which learns the first twenty bits of a digest and nothing of the answer.

    One that does not answer, or answers something else, is written in the log: the sets at hand have been asked.
    """
    try:
        return any(_in_range(url, _sha1(one).hex().upper()) for one in spellings(password))
    except (OSError, http.client.HTTPException, ValueError) as problem:
        _LOG.warning("the service of breached passwords gave no answer: %s", type(problem).__name__)
        return False


def _in_range(url: str, whole: str) -> bool:
    # Private addresses too: who runs the installation chose this one.
    status, body = outward.request(
        "GET", f"{url}/{whole[:5]}", headers={"Add-Padding": "true"}, private=True, most=_RANGE_BYTES
    )
    if status != http.client.OK:
        message = f"status {status}"
        raise ValueError(message)
    # A count of zero is padding: it hides how long the true answer is.
    return any(line.startswith(whole[5:]) and int(line.partition(":")[2]) > 0 for line in body.decode().splitlines())


def of_digests(lines: Iterable[bytes], *, least: int) -> Iterator[bytes]:
    """Read ``SHA1:count`` lines in their order, as they are published, and yield the digests seen ``least`` times.

    Raise UnsortedError at the first line out of its place, and ValueError at one that is something else.
    """
    last = b""
    for number, line in enumerate(lines, start=1):
        written, _, count = line.strip().partition(b":")
        found = bytes.fromhex(written.decode("ascii"))
        if len(found) != sha1(usedforsecurity=False).digest_size:
            message = f"line {number}"
            raise ValueError(message)
        if found < last:
            raise UnsortedError(number)
        if int(count or least) >= least and found[:WIDTH] != last[:WIDTH]:
            yield found[:WIDTH]
        last = found


def of_passwords(lines: Iterable[bytes], *, shortest: int) -> Iterator[bytes]:
    """Read passwords in clear, one a line, and yield the sorted digests of those that one could choose here."""
    words = {line.rstrip(b"\r\n").decode("utf-8", "ignore") for line in lines}
    yield from sorted({digest(word) for word in words if len(word) >= shortest})


def write(path: Path, digests: Iterator[bytes]) -> int:
    """Put a set in place of the former one, wholly or not at all. Return how many it holds; ValueError for none."""
    first = next(digests, None)
    if first is None:
        message = "an empty set refuses nothing"
        raise ValueError(message)
    return files.replace(path, chain((first,), digests)) // WIDTH
