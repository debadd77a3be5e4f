"""A session not sure enough is asked for more, then the very form it sent goes on: once, in time, for it alone."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.urls import include, path, reverse

from parvis.core.actor import SYSTEM
from parvis.identity import commands, queries
from parvis.identity.assurance import Need
from parvis.identity.models import Account, SuspendedRequest
from parvis.identity.stepup import suspended
from parvis.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
EMAIL, PASSWORD, SECRET = "ines@exemple.example", "un-mot-de-passe-long", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DONE: list[dict[str, Any]] = []


def protected(request: HttpRequest, name: str) -> HttpResponse:
    """An act that asks for two factors: writes what it got."""
    queries.require_assurance(request, "members:manage")
    queries.require_assurance(request, "after:that")
    files = {field: [(file.name, file.read()) for file in request.FILES.getlist(field)] for field in request.FILES}
    DONE.append({"name": name, "form": dict(request.POST.lists()), "query": request.GET.dict(), "files": files})
    return HttpResponse(f"{request.method} {request.path}")


urlpatterns = [path("acte/<str:name>/", protected, name="protected"), path("", include("parvis.web.urls"))]


@pytest.fixture(autouse=True)
def enforced(settings: Any) -> Iterator[None]:
    settings.ASSURANCE_ENFORCED = True
    DONE.clear()
    yield
    DONE.clear()


@pytest.fixture
def account() -> Account:
    return commands.register_account(email=EMAIL, password=PASSWORD, actor=SYSTEM)


@pytest.fixture
def browser(account: Account) -> Browser:
    """Signed in with a password; the second factor came after."""
    browser = signed_in(EMAIL)
    TOTP.activate(account, SECRET)
    RecoveryCodes.activate(account)
    return browser


def signed_in(email: str) -> Browser:
    browser = Browser()
    browser.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert "_auth_user_id" in browser.session
    return browser


def send(browser: Browser, **form: Any) -> Any:
    return browser.post("/acte/arrete/?page=2", form or {"word": ["un", "deux"], "empty": ""})


def prove(browser: Browser, email: str = EMAIL) -> Any:
    """Give a recovery code where the page sends for a code; the answer is where allauth leads next."""
    codes = Authenticator.objects.get(user__email=email, type="recovery_codes").wrap().get_unused_codes()
    return browser.post(reverse("mfa_reauthenticate"), {"code": codes[0], "next": "/connexion/reprendre/"})


def resume(browser: Browser) -> Any:
    """What the browser does once the proof is given."""
    return browser.get(browser.get("/connexion/reprendre/")["Location"])


def test_a_form_goes_on_by_itself_after_the_proof(browser: Browser) -> None:
    answer = send(browser, word=["un", "deux"], file=SimpleUploadedFile("a.pdf", b"%PDF\x00\xff", "application/pdf"))
    assert answer["Location"] == "/connexion/renforcer/"
    assert DONE == []
    page = browser.get(answer["Location"]).content.decode()
    assert "Confirmer avec un code" in page
    assert "/compte/2fa/reauthenticate/?next=%2Fconnexion%2Freprendre%2F" in page
    assert prove(browser)["Location"] == "/connexion/reprendre/"
    assert resume(browser).content == b"POST /acte/arrete/"
    assert DONE == [
        {
            "name": "arrete",
            "form": {"word": ["un", "deux"]},
            "query": {"page": "2"},
            "files": {"file": [("a.pdf", b"%PDF\x00\xff")]},
        }
    ]
    assert send(browser).status_code == 200  # sure enough from now on


def test_it_goes_on_once_only(browser: Browser) -> None:
    send(browser)
    kept = browser.session[suspended.KEY]
    prove(browser)
    assert resume(browser).content == b"POST /acte/arrete/"
    assert browser.get("/connexion/reprendre/")["Location"] == "/"
    assert browser.get("/acte/arrete/?page=2").content == b"GET /acte/arrete/"  # the page, loaded again
    session = browser.session
    session[suspended.KEY] = kept  # even a session that still names it finds nothing
    session.save()
    assert resume(browser).content == b"GET /acte/arrete/"
    assert len([one for one in DONE if one["form"]]) == 1


def test_another_address_or_a_later_day_sends_nothing(browser: Browser) -> None:
    send(browser)
    prove(browser)
    browser.get("/connexion/reprendre/")
    assert browser.get("/acte/autre/?page=2").content == b"GET /acte/autre/"
    assert browser.get("/acte/arrete/").content == b"GET /acte/arrete/"
    with time_machine.travel(time.time() + 61):
        assert browser.get("/acte/arrete/?page=2").content == b"GET /acte/arrete/"


def test_it_does_not_go_on_without_the_proof(browser: Browser) -> None:
    send(browser)
    assert browser.get("/connexion/reprendre/")["Location"] == "/connexion/renforcer/"
    assert DONE == []
    assert SuspendedRequest.objects.count() == 1


def test_after_fifteen_minutes_it_is_not_sent(browser: Browser) -> None:
    send(browser)
    with time_machine.travel(time.time() + 15 * 60 + 1):
        prove(browser)
        assert resume(browser).content == b"GET /acte/arrete/"
    assert not any(one["form"] for one in DONE)


def test_another_session_or_person_cannot_send_it(browser: Browser) -> None:
    send(browser)
    kept = browser.session[suspended.KEY]
    other = commands.register_account(email="paul@exemple.example", password=PASSWORD, actor=SYSTEM)
    EmailAddress.objects.filter(user=other).update(verified=True)
    thief = signed_in("paul@exemple.example")
    TOTP.activate(other, SECRET)
    RecoveryCodes.activate(other)
    prove(thief, "paul@exemple.example")
    assert thief.get("/connexion/reprendre/")["Location"] == "/"
    session = thief.session
    session[suspended.KEY] = kept
    session.save()
    assert resume(thief).content == b"GET /acte/arrete/"
    assert not any(one["form"] for one in DONE)


def test_what_is_put_aside_is_sealed_and_loses_the_token(browser: Browser) -> None:
    send(browser, word="un-secret-saisi", csrfmiddlewaretoken="jeton")
    row = SuspendedRequest.objects.get()
    assert b"un-secret-saisi" not in bytes(row.sealed)
    kept = browser.session[suspended.KEY]["secret"]
    assert bytes(row.key_digest) != kept.encode()
    body = suspended.taken(kept, "/acte/arrete/?page=2", row.account)
    assert body
    assert body["form"] == "word=un-secret-saisi"


def test_files_too_heavy_are_said_to_be_lost(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspended, "MOST_BYTES", 3)
    send(browser, file=SimpleUploadedFile("a.pdf", b"%PDF"))
    assert "joindre de nouveau" in browser.get("/connexion/renforcer/").content.decode()
    prove(browser)
    assert browser.get("/connexion/reprendre/")["Location"] == "/acte/arrete/?page=2"
    assert DONE == []
    assert SuspendedRequest.objects.count() == 0


def test_a_page_is_shown_after_the_proof(browser: Browser) -> None:
    assert browser.get("/acte/arrete/?page=2")["Location"] == "/connexion/renforcer/"
    prove(browser)
    assert browser.get("/connexion/reprendre/")["Location"] == "/acte/arrete/?page=2"


def test_the_key_of_the_session_changes_with_its_strength(browser: Browser) -> None:
    send(browser)
    before = browser.session.session_key
    prove(browser)
    browser.get("/connexion/reprendre/")
    assert browser.session.session_key != before


def test_a_second_thing_lacking_is_asked_next_with_the_same_form(browser: Browser) -> None:
    commands.set_assurance(action="after:that", service="*", need=Need(identity=1), actor=SYSTEM)
    send(browser)
    prove(browser)
    assert resume(browser)["Location"] == "/connexion/renforcer/"
    page = browser.get("/connexion/renforcer/").content.decode()
    assert "identité soit vérifiée" in page
    assert "Rattacher un autre moyen de connexion" in page
    commands.set_assurance(action="after:that", service="*", need=Need(), actor=SYSTEM)
    assert resume(browser).content == b"POST /acte/arrete/"
    assert DONE[0]["form"]["word"] == ["un", "deux"]


def test_someone_without_a_second_factor_is_led_to_one(account: Account) -> None:
    browser = signed_in(EMAIL)
    send(browser)
    assert "Activer la connexion en deux étapes" in browser.get("/connexion/renforcer/").content.decode()


def test_an_old_proof_is_asked_again(browser: Browser) -> None:
    commands.set_assurance(action="members:manage", service="*", need=Need(max_age=600), actor=SYSTEM)
    assert send(browser).status_code == 200
    with time_machine.travel(time.time() + 601):
        assert send(browser)["Location"] == "/connexion/renforcer/"
        page = browser.get("/connexion/renforcer/").content.decode()
        assert "il y a trop longtemps" in page
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/connexion/reprendre/"})
        assert resume(browser).content == b"POST /acte/arrete/"
    assert len(DONE) == 2


def test_a_program_is_told_what_lacks_and_the_refusal_is_journaled(browser: Browser) -> None:
    answer = browser.post("/acte/arrete/", headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "assurance_needed"
    assert answer.json()["needs"] == {"authentication": 2}
    entry = Entry.objects.get(action="assurance.needed")
    assert entry.outcome == "refused"
    assert SuspendedRequest.objects.count() == 0


def test_what_someone_else_proved_in_this_browser_counts_for_nothing(browser: Browser) -> None:
    prove(browser)
    assert send(browser).status_code == 200
    session = browser.session
    session["account_authentication_methods_user"] = "someone-else"
    session.save()
    assert send(browser)["Location"] == "/connexion/renforcer/"


def test_nothing_interrupted_leads_home(browser: Browser) -> None:
    for name in ("more", "resume"):
        assert browser.get(reverse(f"stepup:{name}"))["Location"] == "/"
