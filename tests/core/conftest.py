"""Clusters for the tests of the embedded server. Nothing may outlive the test that started it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from parvis.core import embedded
from parvis.core.embedded import paths
from tests.core import clusters

# Awkward on purpose. Not in pytest's own directories: so long that every test would go through the short link.
_NAME = "Mairie d’Évry (é)"


@pytest.fixture
def fresh() -> Iterator[Path]:
    """An empty place, checked and swept afterwards."""
    place = Path(tempfile.mkdtemp(prefix="pv-"))
    yield place / _NAME
    try:
        _leave(place / _NAME)
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def shared() -> Iterator[Path]:
    """A cluster that tests use one after the other: a new one for each would take most of the time."""
    place = Path(tempfile.mkdtemp(prefix="pv-"))
    embedded.ensure_running(place / _NAME, durability="volatile")
    _leave(place / _NAME)
    yield place / _NAME
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def data_dir(shared: Path) -> Iterator[Path]:
    """A data directory whose cluster exists and is stopped; what the test changes outside tables is put back."""
    local = paths.cluster_dir(shared) / "local.conf"
    kept = local.read_text()
    yield shared
    try:
        _leave(shared)
    finally:
        for place in (shared.parent, shared, paths.cluster_dir(shared)):
            place.chmod(0o700)
        local.write_text(kept)
        (paths.cluster_dir(shared) / "PG_VERSION").write_text("18\n")


def _leave(data_dir: Path) -> None:
    """Stop at once (the tests of the last client's leaving wait for it themselves) and look for leftovers."""
    embedded.release(data_dir)
    if data_dir.exists():
        embedded.stop(data_dir)
    try:
        clusters.eventually(lambda: clusters.all_gone(data_dir), 10)
    finally:
        clusters.kill_everything(data_dir)
