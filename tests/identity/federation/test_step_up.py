from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client as Browser
from django.urls import reverse

from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.exchange.models import Subscription
from parvis.identity.models import Account
from parvis.identity.stepup.ways import ways
from parvis_simulators.signin import provider
from parvis_simulators.signin.provider import Provider
from tests.support import signin, world

pytestmark = pytest.mark.django_db(transaction=True)
Played = dict[str, Provider]


def signed_in_by_password_only() -> Browser:
    """An agent whose administration has no second factor yet."""
    browser = Browser()
    with patch.object(provider, "level", return_value="eidas1"):
        signin.come_back(browser, "proconnect", "solene")
    return browser


def test_proconnect_gives_the_second_factor_and_the_form_goes_on(played: Played, settings: Any) -> None:
    settings.ASSURANCE_ENFORCED = True
    here = world.build()
    browser = signed_in_by_password_only()
    agent = Account.objects.get(email=None)
    world.allow(Actor("account", agent.id), here.rennes.id, (Action.MEMBERS_MANAGE,))
    wish = {"organisation": str(here.rennes.id), "process": "EtatCivil", "emails": "etat-civil@rennes.example"}
    assert browser.post(reverse("subscription_new"), wish)["Location"] == reverse("stepup:more")
    assert not Subscription.objects.filter(process_id="EtatCivil").exists()
    page = browser.get(reverse("stepup:more")).content.decode()
    assert "/connexion/proconnect/?niveau=mfa&amp;next=%2Fconnexion%2Freprendre%2F" in page
    back = signin.come_back(browser, "proconnect", "solene", niveau="mfa", next="/connexion/reprendre/")
    assert back["Location"] == "/connexion/reprendre/"
    made = browser.get(browser.get(back["Location"])["Location"])
    row = Subscription.objects.get(process_id="EtatCivil")
    assert made["Location"] == reverse("subscription", args=[row.id])
    assert row.emails == ["etat-civil@rennes.example"]


def test_someone_else_coming_back_sends_nothing(played: Played, settings: Any) -> None:
    settings.ASSURANCE_ENFORCED = True
    here = world.build()
    browser = signed_in_by_password_only()
    world.allow(Actor("account", Account.objects.get(email=None).id), here.rennes.id, (Action.MEMBERS_MANAGE,))
    wish = {"organisation": str(here.rennes.id), "process": "EtatCivil", "emails": "etat-civil@rennes.example"}
    browser.post(reverse("subscription_new"), wish)
    signin.come_back(browser, "proconnect", "marc", niveau="mfa", next="/connexion/reprendre/")
    assert browser.get(reverse("stepup:resume"))["Location"] == "/"
    assert not Subscription.objects.filter(process_id="EtatCivil").exists()


def test_each_lack_is_answered_by_the_least_level_that_fills_it(played: Played) -> None:
    browser = Browser()
    signin.come_back(browser, "proconnect", "solene")
    account = Account.objects.get()

    def levels(**needs: int) -> list[str]:
        return [way.url.partition("niveau=")[2].partition("&")[0] for way in ways(account, needs)]

    assert levels(organisation=1) == ["eidas1"]
    assert levels(organisation=1, authentication=2) == ["eidas1-mfa"]
    assert levels(organisation=2) == ["eidas2"]
    assert levels(authentication=3) == ["eidas3"]
    assert levels(authentication=2) == ["", "mfa"]  # a factor of ours to set up, or ProConnect's
