"""A card in the hands of an agent, through the real nginx with the configuration we ship."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from allauth.account.internal.flows.login import record_authentication
from cryptography.hazmat.primitives import serialization
from django.core.signals import request_started
from django.test import Client
from django.urls import reverse

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, ConflictError
from parvis.identity.cards import accounts
from parvis.identity.cards.checking import Card
from parvis.identity.cards.models import AgentCard
from parvis.identity.models import Account
from parvis.ledger.models import Entry
from tests.support import nginx
from tests.support.card_pki import RGS2, RGS3, Holder, Pki

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Site:
    """Both hosts behind nginx, and the lists of the authority that issues cards."""

    front: nginx.Front
    lists: Path

    @property
    def pki(self) -> Pki:
        return self.front.pki

    def get(self, host: str, path: str, card: Holder | None = None, **headers: str) -> HTTPResponse:
        return self.front.ask(host, path, card, **headers)

    def revoke(self, *cards: Holder) -> None:
        for number, one in enumerate(self.pki.lists(*(card.certificate for card in cards))):
            (self.lists / f"{number}.crl").write_bytes(one.public_bytes(serialization.Encoding.DER))


@pytest.fixture
def site(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Site]:
    pki, lists = Pki(), tmp_path / "lists"
    lists.mkdir()
    with nginx.running(tmp_path, live_server.url, pki) as front:
        settings.ALLOWED_HOSTS = ["*"]
        settings.TLS_PROXIES = ["127.0.0.1"]
        settings.SITE_URL = f"https://{nginx.MAIN}:{front.port}"
        settings.CARD_URL = f"https://{nginx.CARDS}:{front.port}"
        settings.CARD_AUTHORITIES = str(tmp_path / "authorities.pem")
        settings.CARD_LISTS = str(lists)
        settings.CARD_POLICIES = [f"{RGS2}=rgs2", f"{RGS3}=rgs3"]
        made = Site(front, lists)
        made.revoke()
        yield made


def agent() -> Account:
    return Account.objects.create_user("agente@exemple.example", "un-mot-de-passe-long")


def browser(account: Account | None = None) -> Client:
    client = Client()
    if account:
        client.force_login(account)
        session = client.session
        record_authentication(SimpleNamespace(session=session), account, "password")  # has just proved who they are
        session.save()
    return client


def read(site: Site, demand: str, card: Holder | None, **headers: str) -> HTTPResponse:
    """Go where the main host sends, on the card's host, through nginx."""
    where = urlsplit(demand)
    assert where.hostname == nginx.CARDS
    return site.get(nginx.CARDS, f"{where.path}?{where.query}", card, **headers)


def back(client: Client, answer: HTTPResponse) -> Any:
    where = urlsplit(answer.headers["Location"])
    assert where.hostname == nginx.MAIN
    return client.get(f"{where.path}?{where.query}")


def linked(site: Site, card: Holder) -> Account:
    account = agent()
    client = browser(account)
    answer = back(client, read(site, client.post(reverse("cards:link"))["Location"], card))
    assert answer.status_code == 302, answer.content.decode()
    return account


def test_a_card_is_linked_then_opens_the_account_with_its_level(site: Site) -> None:
    card = site.pki.card(policy=RGS3)
    account = linked(site, card)
    client = browser()
    answer = back(client, read(site, client.get(reverse("cards:leave"))["Location"], card))
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(account.pk)
    assert client.session["card_axes"] == [3, 3, 1]
    assert Entry.objects.filter(action="account.signed_in", details__contains="rgs3").exists()
    assert AgentCard.objects.get().used_at


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("aucun certificat", "no_card"),
        ("n’ouvre aucun compte", "card_unknown"),
        ("révoquée", "certificate_revoked"),
        ("vérifier en ce moment", "revocation_unknown"),
        ("n’est pas reconnu ici", "policy_unknown"),
    ],
)
def test_a_card_that_opens_nothing_is_explained_and_journaled(site: Site, said: str, code: str) -> None:
    card = site.pki.card(policy="1.2.3" if code == "policy_unknown" else RGS2)
    if code == "certificate_revoked":
        site.revoke(card)
    if code == "revocation_unknown":
        for file in site.lists.iterdir():
            file.unlink()
    client = browser()
    shown = None if code == "no_card" else card
    answer = back(client, read(site, client.get(reverse("cards:leave"))["Location"], shown))
    assert answer.status_code >= 400
    assert said in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert Entry.objects.filter(action="sign_in.refused", details__contains=code).exists()


def test_a_certificate_written_in_a_header_is_not_believed(site: Site) -> None:
    card = site.pki.card()
    linked(site, card)
    forged = {"X-Client-Verify": "SUCCESS", "X-Client-Cert": quote(card.pem().decode())}
    client = browser()
    # Without its key, on either host, and straight to the application from an address that is not the proxy's.
    answer = back(client, read(site, client.get(reverse("cards:leave"))["Location"], None, **forged))
    assert "aucun certificat" in answer.content.decode()
    demand = urlsplit(client.get(reverse("cards:leave"))["Location"])
    assert site.get(nginx.MAIN, f"{demand.path}?{demand.query}", None, **forged).status == 404
    straight = Client(REMOTE_ADDR="192.0.2.7").get(
        f"{demand.path}?{demand.query}", headers={"host": f"{nginx.CARDS}:{site.front.port}"} | forged
    )
    assert "aucun certificat" in back_straight(client, straight)


def test_what_a_visitor_writes_stops_at_nginx(site: Site) -> None:
    seen: list[dict[str, Any]] = []

    def keep(environ: dict[str, Any], **_: Any) -> None:
        seen.append(environ)

    request_started.connect(keep)
    try:
        site.get(nginx.MAIN, "/", None, **{"X-Client-Verify": "SUCCESS", "X-Client-Cert": "forged"})
    finally:
        request_started.disconnect(keep)
    (environ,) = seen
    assert not environ.get("HTTP_X_CLIENT_VERIFY")
    assert not environ.get("HTTP_X_CLIENT_CERT")


def test_a_certificate_of_the_same_number_with_another_content_opens_nothing(site: Site) -> None:
    card = site.pki.card()
    linked(site, card)
    row = AgentCard.objects.get()
    seen = Card(row.issuer, row.serial, "0" * 64, row.subject, "rgs3", row.not_after.isoformat())
    with pytest.raises(AbsentError):
        accounts.open_by_card(card=seen)
    with pytest.raises(ConflictError):
        accounts.link_card(card=seen, actor=Actor("account", row.account_id))


def back_straight(client: Client, answer: Any) -> str:
    where = urlsplit(answer["Location"])
    return str(client.get(f"{where.path}?{where.query}").content.decode())


def test_a_card_of_another_authority_does_not_pass_nginx(site: Site) -> None:
    client = browser()
    answer = read(site, client.get(reverse("cards:leave"))["Location"], Pki().card())
    assert answer.status == 400, "nginx: the SSL certificate error"


def test_the_cards_host_serves_nothing_else_and_the_main_host_reads_no_card(site: Site) -> None:
    assert site.get(nginx.CARDS, "/").status == 404
    assert site.get(nginx.CARDS, "/connexion/carte/").status == 404
    assert site.get(nginx.MAIN, "/").status == 200
    assert site.get(nginx.CARDS, reverse("cards:read")).status == 404, "no demand of ours"


def test_an_answer_is_believed_once_and_in_its_own_session(site: Site) -> None:
    card = site.pki.card()
    linked(site, card)
    client, other = browser(), browser()
    answer = read(site, client.get(reverse("cards:leave"))["Location"], card)
    other.get(reverse("cards:leave"))
    assert "_auth_user_id" not in other.session
    assert "autre navigateur" in back(other, answer).content.decode(), "stolen on its way"
    assert back(client, answer).status_code == 302
    assert "autre navigateur" in back(client, answer).content.decode(), "played again"


def test_a_card_opens_one_account_only_and_may_be_removed(site: Site) -> None:
    card = site.pki.card()
    account = linked(site, card)
    other = Account.objects.create_user("autre@exemple.example", "un-mot-de-passe-long")
    thief = browser(other)
    answer = back(thief, read(site, thief.post(reverse("cards:link"))["Location"], card))
    assert "un autre compte" in answer.content.decode()
    row = AgentCard.objects.get()
    assert thief.post(reverse("cards:unlink", args=[row.id])).status_code == 404, "someone else's"
    owner = browser(account)
    assert owner.post(reverse("cards:unlink", args=[row.id])).status_code == 302
    assert not AgentCard.objects.exists()


def test_rights_linking_asks_for_a_recent_proof(site: Site) -> None:
    client = Client()
    client.force_login(agent())
    assert "reauthenticate" in client.post(reverse("cards:link"))["Location"]
    assert Client().post(reverse("cards:link"))["Location"].startswith(reverse("account_login"))
    assert site.front.port


def test_without_a_host_for_cards_there_is_no_such_way_in(settings: Any) -> None:
    settings.CARD_URL = ""
    assert Client().get(reverse("cards:leave")).status_code == 404
    assert reverse("cards:leave") not in Client().get(reverse("account_login")).content.decode()
