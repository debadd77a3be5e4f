"""Each test has two sites of its own."""

from pathlib import Path
from typing import Any

import pytest

from parvis.preservation.store import sites
from parvis.preservation.store.folder import FolderSite
from tests.signing.conftest import signer_home, signing
from tests.support import parapheur, registers
from tests.support.parapheur import Town
from tests.support.registers import Court

__all__ = ["signer_home", "signing"]


@pytest.fixture(autouse=True)
def own_sites(tmp_path: Path, settings: Any) -> None:
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


@pytest.fixture
def town(signing: object, court: Court) -> Town:
    """The town hall's parapheur, with a running signer."""
    return parapheur.build(here=court.here)
