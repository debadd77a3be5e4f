"""Where C2SP tlog-tiles puts tiles and bundles of entries, and how a bundle is written. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parvis.core.tlog.merkle import TILE_WIDTH

ENTRIES = "entries"
"""What stands in the place of the level in the path of a bundle."""
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)
_HIGHEST_LEVEL = 63
LENGTH_BYTES = 2
"""Bytes before each entry of a bundle."""


@dataclass(frozen=True, slots=True)
class TilePath:
    """A tile (``level`` from 0) or a bundle (``level`` None), its number, and how many hashes or entries it holds."""

    level: int | None
    number: int
    width: int = TILE_WIDTH


def tile_path(level: int | str, number: int, width: int = TILE_WIDTH) -> str:
    """Return where tlog-tiles puts a tile, for example ``tile/0/x001/067.p/8``."""
    groups: list[str] = []
    rest = number
    while True:
        rest, group = divmod(rest, 1000)
        groups.append(f"{group:03}" if not groups else f"x{group:03}")
        if not rest:
            break
    suffix = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{suffix}"


def read_path(path: str) -> TilePath | None:
    """Return what a path names, None when it is not written exactly as `tile_path` writes it."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = found["level"]
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = int(found["width"] or TILE_WIDTH)
    if tile_path(level, number, width) != path or (level != ENTRIES and int(level) > _HIGHEST_LEVEL):
        return None
    return TilePath(None if level == ENTRIES else int(level), number, width) if width <= TILE_WIDTH else None


def bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries end to end, each after its length on two bytes."""
    return b"".join(len(entry).to_bytes(LENGTH_BYTES, "big") + entry for entry in entries)


def unbundle(data: bytes) -> Iterator[bytes]:
    """Yield the entries of a bundle; one cut short is left out, and what is left tells nothing."""
    place = 0
    while place + LENGTH_BYTES <= len(data):
        start = place + LENGTH_BYTES
        place = start + int.from_bytes(data[place:start], "big")
        if place > len(data):
            return
        yield data[start:place]
