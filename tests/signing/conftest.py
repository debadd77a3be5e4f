"""An installation that signs: the demo's authority, and a signer with keys in files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parvis.signing import installation
from parvis.signing.keys import places
from parvis.signing.keys.signer import SignerClient
from tests.support import signers


@pytest.fixture(scope="session")
def signer_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with a running signer, one for all the tests of a process."""
    home = tmp_path_factory.mktemp("signing")
    with signers.running(home):
        yield home
        places.client(home).close()


@pytest.fixture
def signing(signer_home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignerClient]:
    """Have this test's installation sign with it."""
    settings.DEMO = True
    monkeypatch.setenv("PARVIS_DATA", str(signer_home))
    installation._clock.cache_clear()  # noqa: SLF001 - made for other settings
    yield places.client(signer_home)
    installation._clock.cache_clear()  # noqa: SLF001 - same
