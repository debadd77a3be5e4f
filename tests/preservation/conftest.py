"""Each test has two sites of its own."""

from pathlib import Path
from typing import Any

import pytest

from parvis.preservation.store import sites
from parvis.preservation.store.folder import FolderSite
from tests.support import registers
from tests.support.registers import Court


@pytest.fixture(autouse=True)
def own_sites(tmp_path: Path, settings: Any) -> None:
    settings.PRESERVATION_ROOT = tmp_path / "primary"
    settings.PRESERVATION_REPLICA = str(tmp_path / "replica")


@pytest.fixture
def primary() -> FolderSite:
    return sites.primary()


@pytest.fixture
def replica() -> FolderSite:
    found = sites.replica()
    assert found is not None
    return found


@pytest.fixture
def court() -> Court:
    return registers.build()
