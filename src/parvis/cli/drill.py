"""The restore drill: an empty instance in a folder of its own, rebuilt from the distinct site, compared, removed."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from parvis.cli import registry
from parvis.core import embedded, env


def play(options: argparse.Namespace) -> dict[str, Any]:
    """Return the report of the drill."""
    if options.alone:
        _ready_alone()
    else:
        registry.ready()
    from parvis.cli import restore  # noqa: PLC0415 - it imports this module

    source = restore.site(options.source).root
    place = options.keep or Path(tempfile.mkdtemp(prefix="parvis-drill-", dir=_room()))
    place.mkdir(parents=True, exist_ok=True)
    try:
        report = _rebuild(place, source, options)
    finally:
        with suppress(embedded.EmbeddedError):
            embedded.stop(place)
        if not options.keep:
            shutil.rmtree(place, ignore_errors=True)
    if not options.alone:
        _compare(report, options.register)
    return report


def _ready_alone() -> None:
    import django  # noqa: PLC0415 - settings are chosen by now

    django.setup()


def _room() -> str:
    """Beside the data: the same disk, where there is room for registers."""
    place = env.data_dir().parent
    return str(place if os.access(place, os.W_OK) else tempfile.gettempdir())


def _rebuild(place: Path, source: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run `parvis restore` on the empty instance, in processes that know nothing else of this one."""
    environment = _environment(place)
    parvis = [sys.executable, "-m", "parvis", "--data", str(place)]
    words = ["restore", "--from", str(source), "--json", "--register", options.register]
    for key in _journal_keys(options):
        words += ["--key", key]
    for before in (["migrate", "--verbosity", "0"], ["import", "communes", "--json"]):
        subprocess.run([*parvis, *before], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - us
    done = subprocess.run([*parvis, *words], env=environment, check=False, stdout=subprocess.PIPE)  # noqa: S603 - us
    if done.returncode not in {0, 1} or not done.stdout:
        message = "L’instance de l’exercice n’a pas pu être restaurée : voir les lignes au-dessus."
        raise SystemExit(message)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _journal_keys(options: argparse.Namespace) -> list[str]:
    if options.key or options.alone:
        return list(options.key)
    from parvis.ledger.queries import carried  # noqa: PLC0415 - Django must be ready

    return carried.public_keys()


def _environment(place: Path) -> dict[str, str]:
    """Nothing of this instance but the key that opens objects, and whom it trusts."""
    from django.conf import settings  # noqa: PLC0415 - Django must be ready

    ours = {"DATABASE_URL", "PARVIS_DATA", "PARVIS_DOCUMENTS", "PARVIS_PRESERVATION", "PARVIS_PRESERVATION_REPLICA"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    for name in ("pki", "trust"):
        if (folder := env.data_dir() / name).is_dir():
            shutil.copytree(folder, place / name, dirs_exist_ok=True)
    return kept | {
        "PARVIS_DATA": str(place),
        "PARVIS_DOCUMENTS_KEY": settings.DOCUMENTS_KEY,
        "PARVIS_DOCUMENTS_FORMER_KEYS": ",".join(settings.DOCUMENTS_FORMER_KEYS),
    }


def _compare(report: dict[str, Any], only: str) -> None:
    """Compare with the registers in service: the same root over as many entries as came back."""
    from parvis.preservation import queries  # noqa: PLC0415 - Django must be ready

    restored = {one["register"]: one for one in report["registers"]}
    sizes = {name: one["entries"] for name, one in restored.items()}
    for label, (size, linked, root) in queries.live_roots(sizes).items():
        one = restored.get(label)
        if one is None:
            if not only and linked:
                faults = [{"code": "live_only", "where": str(size)}]
                report["registers"].append(_EMPTY | {"register": label, "wrong": 1, "faults": faults})
                report["wrong"] += 1
            continue
        one["waiting"] = size - one["entries"]
        if root != one["root"]:
            one["faults"].append({"code": "live_differs", "where": label})
            one["wrong"] += 1
            report["wrong"] += 1


_EMPTY = {"entries": 0, "pages": 0, "objects": 0, "octets": 0, "roots": 0, "signatures": 0, "proofs": 0, "root": ""}
