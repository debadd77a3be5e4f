from collections.abc import Iterator
from typing import Any

import pytest

from parvis_simulators.signin.provider import Provider
from tests.support import signin


@pytest.fixture
def played(settings: Any) -> Iterator[dict[str, Provider]]:
    with signin.providers(settings, dict.fromkeys(signin.NAMES, Provider)) as started:
        yield started
