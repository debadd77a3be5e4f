import time

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from parvis.core.actor import SYSTEM
from parvis.identity import commands, queries
from parvis.identity.models import Account, OpenSession
from parvis.identity.open_sessions import end_sessions
from parvis.identity.session_pages import said_device
from parvis.ledger.models import Entry

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "ines@exemple.example", "un-mot-de-passe-long"
PHONE = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36"
PLACE, SPACE = "/compte/appareils/", "/mon-espace/"


def signed_in(email: str = EMAIL, agent: str = "") -> Browser:
    if not Account.objects.filter(email=email).exists():
        commands.register_account(email=email, password=PASSWORD, actor=SYSTEM)
    browser = Browser(headers={"user-agent": agent})
    browser.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert browser.get(SPACE).status_code == 200
    return browser


def test_a_browser_is_signed_out_from_another_at_once() -> None:
    phone, desk = signed_in(agent=PHONE), signed_in()
    page = desk.get(PLACE).content.decode()
    assert "Chrome, Android" in page
    assert page.count("Cet appareil") == 1
    row = OpenSession.objects.get(device=PHONE)
    assert desk.post(PLACE, {"session": str(row.id)})["Location"] == PLACE
    assert phone.get(SPACE).status_code == 302
    assert desk.get(SPACE).status_code == 200
    assert Entry.objects.get(action="session.ended").details == '{"count":1}'


def test_every_other_browser_at_once() -> None:
    others, desk = [signed_in(), signed_in(agent=PHONE)], signed_in()
    desk.post(PLACE)
    assert [browser.get(SPACE).status_code for browser in others] == [302, 302]
    assert desk.get(SPACE).status_code == 200
    assert "Aucun autre appareil" in desk.get(PLACE).content.decode()


def test_rights_nobody_signs_someone_else_out() -> None:
    victim, other = signed_in(), signed_in("paul@exemple.example")
    row = OpenSession.objects.get(account__email=EMAIL)
    other.post(PLACE, {"session": str(row.id)})
    paul = Account.objects.get(email="paul@exemple.example")
    assert end_sessions(sessions=[row.id], actor=queries.actor_of(paul)) == 0
    assert victim.get(SPACE).status_code == 200


def test_a_session_that_changes_key_keeps_its_row() -> None:
    browser = signed_in()
    session = browser.session
    session.cycle_key()
    session.save()
    browser.cookies["parvis"] = session.session_key or ""
    assert browser.get(SPACE).status_code == 200
    assert OpenSession.objects.get().session_key == session.session_key
    desk = signed_in()
    desk.post(PLACE)
    assert browser.get(SPACE).status_code == 302


def test_a_browser_that_signs_out_leaves_the_list() -> None:
    browser = signed_in()
    browser.post(reverse("account_logout"))
    assert OpenSession.objects.count() == 0


def test_sessions_left_alone_leave_the_list() -> None:
    signed_in(agent=PHONE)
    with time_machine.travel(time.time() + 32 * 60):
        assert "Android" not in signed_in().get(PLACE).content.decode()


def test_a_request_within_the_minute_costs_no_write() -> None:
    browser = signed_in()
    seen = OpenSession.objects.get().seen_at
    browser.get(SPACE)
    assert OpenSession.objects.get().seen_at == seen


def test_a_made_up_name_is_refused() -> None:
    assert signed_in().post(PLACE, {"session": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "Firefox, Windows"),
        ("", "Appareil inconnu"),
    ],
)
def test_devices_are_named_in_plain_words(agent: str, said: str) -> None:
    assert said_device(agent) == said
