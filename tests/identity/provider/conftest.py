"""Each test has a person, their browser signed in by password, and two towns."""

from typing import Any

import pytest
from django.test import Client as Browser

from parvis.identity.models import Account
from tests.support import town
from tests.support.town import Town


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.SITE_URL = town.SITE


@pytest.fixture
def ines(db: None) -> Account:
    return town.person()


@pytest.fixture
def browser(ines: Account) -> Browser:
    return town.signed_in()


@pytest.fixture
def rennes(db: None) -> Town:
    return Town(town.registered())


@pytest.fixture
def nice(db: None) -> Town:
    return Town(town.registered("Nice"), "Nice")
