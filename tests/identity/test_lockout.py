import time
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from parvis.core.actor import SYSTEM
from parvis.identity import commands
from parvis.ledger.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL, PASSWORD = "ines@exemple.example", "un-mot-de-passe-long"


def _try(browser: Browser, password: str, email: str = EMAIL, **extra: Any) -> Any:
    return browser.post(reverse("account_login"), {"login": email, "password": password}, **extra)


@pytest.fixture(autouse=True)
def someone() -> None:
    commands.register_account(email=EMAIL, password=PASSWORD, actor=SYSTEM)


def test_guessing_stops_after_five_wrong_passwords_even_with_the_right_one() -> None:
    for number in range(5):
        answer = _try(Browser(), f"faux-{number}-faux-faux")
    assert answer.status_code == 429
    assert "15 minutes" in answer.content.decode()
    right = Browser()
    assert _try(right, PASSWORD).status_code == 429
    assert "_auth_user_id" not in right.session
    assert Entry.objects.filter(action="sign_in.refused", subject="password").exists()


def test_the_case_of_the_address_does_not_start_the_count_again() -> None:
    for email in (EMAIL, EMAIL.upper(), EMAIL.title(), f" {EMAIL}", EMAIL):
        answer = _try(Browser(), "faux-faux-faux", email)
    assert answer.status_code == 429


def test_an_address_without_account_is_locked_the_same_way() -> None:
    for _ in range(5):
        known, unknown = _try(Browser(), "faux-faux-faux"), _try(Browser(), "faux-faux-faux", "x@exemple.example")
        assert known.status_code == unknown.status_code
    assert known.status_code == 429
    assert known.context["minutes"] == unknown.context["minutes"]


def test_nobody_locks_someone_else_out_from_elsewhere() -> None:
    for _ in range(5):
        _try(Browser(), "faux-faux-faux", REMOTE_ADDR="192.0.2.7")
    assert _try(Browser(), PASSWORD, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_a_session_left_alone_for_thirty_minutes_ends() -> None:
    browser, start = Browser(), time.time()
    _try(browser, PASSWORD)
    with time_machine.travel(start + 1) as clock:
        assert browser.get("/mon-espace/").status_code == 200
        clock.shift(29 * 60)
        assert browser.get("/mon-espace/").status_code == 200
        clock.shift(29 * 60)
        assert browser.get("/mon-espace/").status_code == 200
        clock.shift(31 * 60)
        assert browser.get("/mon-espace/")["Location"] == "/compte/login/?next=%2Fmon-espace%2F"
    assert "_auth_user_id" not in browser.session


def test_a_session_in_constant_use_ends_after_twelve_hours() -> None:
    browser, start = Browser(), time.time()
    _try(browser, PASSWORD)
    with time_machine.travel(start + 1) as clock:
        statuses = []
        for _ in range(12 * 3 + 1):
            statuses.append(browser.get("/mon-espace/").status_code)
            clock.shift(20 * 60 + 1)
    assert statuses == [200] * 36 + [302]


def test_linking_with_a_password_asks_for_it_again() -> None:
    browser = Browser()
    _try(browser, PASSWORD)
    with time_machine.travel(time.time() + 6 * 60):
        away = browser.post(reverse("federation:link", args=["franceconnect"]))["Location"]
        assert away == "/compte/reauthenticate/?next=%2Fconnexion%2Fidentites%2F"
        answer = browser.post(away, {"password": PASSWORD, "next": "/connexion/identites/"})
        assert answer["Location"] == "/connexion/identites/"
        assert browser.session["account_authentication_methods"][-1]["reauthenticated"]
