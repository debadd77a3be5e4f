"""A subscription from its request to its suspension, by the pages, with a mail at each step."""

import pytest
from django.test import Client
from django.urls import reverse

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM, Actor
from parvis.exchange.enums import MailFrequency, SubscriptionState
from parvis.exchange.models import Subscription
from parvis.identity.commands import register_account
from parvis.identity.models import Account
from parvis.notifications.models import Message
from tests.support import world
from tests.support.ledger import actions

pytestmark = pytest.mark.django_db
PROCESS = "EtatCivil"
ADDRESSES = ["accueil@ville.example", "etat-civil@ville.example"]


def person(name: str) -> Account:
    return register_account(email=f"{name}@exemple.example", password="un-mot-de-passe-long", actor=SYSTEM)


def signed(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def people(settings: pytest.FixtureRequest) -> tuple[world.World, Client, Client]:
    """The world, an administrator of Rennes and the platform's operator."""
    settings.OPERATOR_EMAIL = "operateur@parvis.example"  # type: ignore[attr-defined]
    here = world.build()
    administrator, operator = person("adm.rennes"), person("operatrice")
    world.allow(Actor("account", administrator.id), here.rennes.id, (Action.MEMBERS_MANAGE,))
    world.allow(Actor("account", operator.id), here.operator.id, (Action.PLATFORM_ADMINISTER,))
    return here, signed(administrator), signed(operator)


def asked(here: world.World, administrator: Client) -> Subscription:
    answer = administrator.post(
        reverse("subscription_new"),
        {"organisation": str(here.rennes.id), "process": PROCESS, "emails": "\n".join(ADDRESSES)},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return Subscription.objects.get(process_id=PROCESS)


def mailed(word: str) -> set[str]:
    return set(Message.objects.filter(subject__contains=word).values_list("recipient", flat=True))


RECEPTION = {"gesture": "activate", "mode": "API", "frequency": MailFrequency.TWICE_DAILY, "emails": "un@ville.example"}


def test_from_the_request_to_the_suspension(people: tuple[world.World, Client, Client]) -> None:
    here, administrator, operator = people
    row = asked(here, administrator)
    page = reverse("subscription", args=[row.id])
    assert (row.state, row.validated_at, row.emails) == (SubscriptionState.INACTIVE, None, ADDRESSES)
    assert mailed("Demande d’abonnement reçue") == set(ADDRESSES)
    assert mailed("Abonnement à valider") == {"operateur@parvis.example"}
    assert "examine votre demande" in administrator.get(page).content.decode()

    early = administrator.post(page, RECEPTION, follow=True).content.decode()
    assert "pas encore validé" in early

    assert "À valider" in operator.get(reverse("subscriptions") + "?vue=a-valider").content.decode()
    assert operator.post(page, {"gesture": "validate"}).status_code == 302
    assert mailed("Abonnement validé") == set(ADDRESSES)

    assert administrator.post(page, RECEPTION).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.access_mode, row.frequency) == (SubscriptionState.ACTIVE, "API", MailFrequency.TWICE_DAILY)
    assert mailed("Abonnement activé") == {"un@ville.example"}
    assert administrator.post(page, RECEPTION | {"mode": "PORTAIL"}).status_code == 302
    assert Message.objects.filter(subject__contains="Abonnement activé").count() == 1

    assert administrator.post(page, {"gesture": "suspend"}).status_code == 302
    assert mailed("Abonnement suspendu") == {"un@ville.example"}
    assert [a for a in actions() if a.startswith("subscription.")] == [
        "subscription.requested",
        "subscription.validated",
        "subscription.activated",
        "subscription.activated",
        "subscription.suspended",
    ]


def test_a_refusal_needs_a_reason_which_is_sent(people: tuple[world.World, Client, Client]) -> None:
    here, administrator, operator = people
    page = reverse("subscription", args=[asked(here, administrator).id])
    assert operator.post(page, {"gesture": "refuse", "reason": " "}).status_code == 422
    assert operator.post(page, {"gesture": "refuse", "reason": "Démarche réservée."}).status_code == 302
    assert Subscription.objects.get(process_id=PROCESS).state == SubscriptionState.REFUSED
    assert all("Démarche réservée." in m.body for m in Message.objects.filter(subject__contains="refusée"))
    assert mailed("refusée") == set(ADDRESSES)
    assert "Démarche réservée." in administrator.get(page).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"emails": "pas une adresse"}, "pas une adresse"),
        ({"emails": "\n".join(f"a{n}@ville.example" for n in range(11))}, "10 adresses au plus"),
        ({"process": "INCONNUE"}, "Démarche"),
        ({"organisation": "nice"}, "Organisme"),
        ({"process": world.PROCESS}, "déjà abonnée"),
    ],
)
def test_a_bad_request_is_said_and_nothing_is_kept(
    people: tuple[world.World, Client, Client], changes: dict[str, str], said: str
) -> None:
    here, administrator, _ = people
    before = Subscription.objects.count()
    whole = {"organisation": str(here.rennes.id), "process": PROCESS, "emails": ADDRESSES[0]}
    answer = administrator.post(reverse("subscription_new"), whole | changes)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors)
    assert Subscription.objects.count() == before
    assert not Message.objects.exists()


def test_being_told_often_needs_an_address(people: tuple[world.World, Client, Client]) -> None:
    here, administrator, operator = people
    page = reverse("subscription", args=[asked(here, administrator).id])
    operator.post(page, {"gesture": "validate"})
    assert administrator.post(page, RECEPTION | {"emails": ""}).status_code == 422
    assert administrator.post(page, RECEPTION | {"emails": "", "frequency": MailFrequency.NONE}).status_code == 302


def test_rights_each_side_sees_and_does_its_own_part(people: tuple[world.World, Client, Client]) -> None:
    here, administrator, _ = people
    row = asked(here, administrator)
    page = reverse("subscription", args=[row.id])
    administrator.post(page, {"gesture": "validate"})
    administrator.post(page, {"gesture": "refuse", "reason": "Moi"})
    row.refresh_from_db()
    assert (row.validated_at, row.state) == (None, SubscriptionState.INACTIVE)
    foreign = person("adm.nice")
    world.allow(Actor("account", foreign.id), here.nice.id, (Action.MEMBERS_MANAGE,))
    for other in (signed(foreign), signed(here.agent), signed(here.citizen)):
        assert other.get(page).status_code == 404
        assert other.post(page, {"gesture": "suspend"}).status_code == 404
        assert "Rennes" not in other.get(reverse("subscriptions")).content.decode()
    answer = signed(foreign).post(
        reverse("subscription_new"),
        {"organisation": str(here.rennes.id), "process": "CERTDC", "emails": ADDRESSES[0]},
    )
    assert answer.status_code == 422
    assert Client().get(page).status_code == 302


def test_an_unknown_gesture_is_refused(people: tuple[world.World, Client, Client]) -> None:
    here, administrator, _ = people
    page = reverse("subscription", args=[asked(here, administrator).id])
    assert "n’existe pas" in administrator.post(page, {"gesture": "voler"}, follow=True).content.decode()
