import re

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from parvis.core.actor import SYSTEM
from parvis.identity import commands, queries
from parvis.identity.models import Account

pytestmark = pytest.mark.django_db
PASSWORD = "un-mot-de-passe-long"
NEW = {"email": "Ines@Exemple.example", "password1": PASSWORD, "first_name": "Inès", "last_name": "Benali"}


def test_an_account_opens_once_its_address_is_confirmed() -> None:
    browser = Client()
    answer = browser.post(reverse("account_signup"), NEW)
    assert answer.status_code == 302, answer.context["form"].errors
    account = Account.objects.get()
    assert str(account) == "Inès Benali"
    assert not browser.session.get("_auth_user_id")
    refused = Client().post(reverse("account_login"), {"login": account.email, "password": PASSWORD})
    assert refused["Location"] == reverse("account_email_verification_sent")
    link = re.search(r"http://\S+", str(mail.outbox[0].body))
    assert link
    path = "/" + link[0].split("/", 3)[3]
    assert browser.get(path).status_code == 200
    browser.post(path)
    welcomed = Client()
    welcomed.post(reverse("account_login"), {"login": "ines@exemple.example", "password": PASSWORD})
    assert welcomed.session["_auth_user_id"] == str(account.id)


def test_nobody_learns_whether_an_address_has_an_account() -> None:
    commands.register_account(email="ines@exemple.example", password=PASSWORD, actor=SYSTEM)
    again = Client().post(reverse("account_signup"), NEW)
    fresh = Client().post(reverse("account_signup"), NEW | {"email": "autre@exemple.example"})
    assert (again.status_code, again["Location"]) == (fresh.status_code, fresh["Location"])


@pytest.mark.parametrize("password", ["court", "motdepasse", "123456789012", "ines@exemple.example"])
def test_a_weak_password_is_refused(password: str) -> None:
    answer = Client().post(reverse("account_signup"), NEW | {"password1": password})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Account.objects.exists()


def test_addresses_differ_by_more_than_case() -> None:
    Account.objects.create_user("a@exemple.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(email="A@exemple.example")
    found = queries.account_by_email(" A@Exemple.example ")
    assert found is not None


def test_the_session_key_changes_at_sign_in() -> None:
    commands.register_account(email="ines@exemple.example", password=PASSWORD, actor=SYSTEM)
    browser = Client()
    browser.get(reverse("account_login"))
    session = browser.session
    session["kept"] = 1
    session.save()
    before = browser.cookies["parvis"].value
    browser.post(reverse("account_login"), {"login": "ines@exemple.example", "password": PASSWORD})
    assert browser.cookies["parvis"].value != before


def test_no_redirect_leaves_the_site() -> None:
    commands.register_account(email="ines@exemple.example", password=PASSWORD, actor=SYSTEM)
    answer = Client().post(
        reverse("account_login") + "?next=https://ailleurs.example/",
        {"login": "ines@exemple.example", "password": PASSWORD, "next": "https://ailleurs.example/"},
    )
    assert "ailleurs" not in answer["Location"]
