"""Write the log as a C2SP tlog-tiles directory, that anyone can verify without the database."""

import json
from collections.abc import Callable
from pathlib import Path

from parvis.core.errors import AbsentError
from parvis.core.tlog import directory, merkle, notes, tiles
from parvis.ledger import keys
from parvis.ledger.models import Cosignature
from parvis.ledger.queries.dating import dated_checkpoints
from parvis.ledger.queries.reading import latest_checkpoint
from parvis.ledger.queries.verification import rows, snapshot
from parvis.ledger.standalone.checks import STAMPS

_DIGESTS = "SELECT e.digest FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry_id ORDER BY l.position"


def export(target: Path, *, progress: Callable[[int], None] | None = None) -> int:
    """Write checkpoints, tiles and leaves under ``target``; return the number of leaves.

    The leaves are salted digests: the directory says nothing of anyone and may be published. Raise AbsentError when
    nothing was signed yet.
    """
    with snapshot():
        last = latest_checkpoint()
        if last is None:
            raise AbsentError("ledger_empty", "Le journal n’a encore rien scellé : il n’y a rien à exporter.")
        for level, number, hashes in rows("SELECT level, number, hashes FROM ledger_tile"):
            width = len(hashes) // merkle.HASH_BYTES
            _write(target / tiles.tile_path(level, number, width), bytes(hashes))
        _write_leaves(target, progress)
        with (target / directory.CHECKPOINTS).open("w", encoding="utf-8") as out:
            for size, note in rows("SELECT size, note FROM ledger_checkpoint ORDER BY size"):
                out.write(json.dumps({"size": size, "note": note}, ensure_ascii=False) + "\n")
        _write(target / directory.KEYS, "".join(f"{key}\n" for key in keys.known_verifiers()).encode())
        with (target / STAMPS).open("w", encoding="utf-8") as out:
            for one in dated_checkpoints():
                row = {"size": one.size, "previous": one.previous.hex(), "token": notes.b64(one.token)}
                out.write(json.dumps(row) + "\n")
        lines = Cosignature.objects.filter(checkpoint=last).order_by("witness__name", "witness_id")
        cosigned = last.note + "".join(lines.values_list("line", flat=True))
        _write(target / directory.CHECKPOINT, cosigned.encode())
    return last.size


def _write_leaves(target: Path, progress: Callable[[int], None] | None) -> None:
    bundle: list[bytes] = []
    number = 0
    for (digest,) in rows(_DIGESTS):
        bundle.append(bytes(digest))
        if len(bundle) == merkle.TILE_WIDTH:
            _write_bundle(target, number, bundle)
            number, bundle = number + 1, []
            if progress:
                progress(number * merkle.TILE_WIDTH)
    if bundle:
        _write_bundle(target, number, bundle)


def _write_bundle(target: Path, number: int, bundle: list[bytes]) -> None:
    _write(target / tiles.tile_path(tiles.ENTRIES, number, len(bundle)), tiles.bundle(bundle))


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
