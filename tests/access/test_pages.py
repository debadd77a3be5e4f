"""What an administrator does from the pages, and what nobody else can."""

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.access import commands, queries
from parvis.access.commands import Deed, Line
from parvis.access.enums import Action
from parvis.access.models import Cover, Grant, Mandate
from parvis.catalogue.commands import install_processes
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import today
from parvis.directory.models import Membership, Unit
from parvis.identity.models import Account
from parvis.ledger.models import Entry
from tests.access import town as towns
from tests.access.town import MANAGE, READ, SIGN, Town, administrator, give, may, member, someone

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


def signed_in(person: Actor) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=person.person), backend=BACKEND)
    return client


class Desk:
    """An administrator's browser, in front of a town."""

    def __init__(self, town: Town, person: Actor | None = None) -> None:
        self.town, self.person = town, person or administrator(town)
        self.client = signed_in(self.person)

    def url(self, name: str, *more: Any) -> str:
        return reverse(f"access:{name}", args=[self.town.id, *more])

    def get(self, name: str, /, *more: Any, **query: str) -> Any:
        return self.client.get(self.url(name, *more), query)

    def post(self, name: str, /, *more: Any, **data: Any) -> Any:
        return self.client.post(self.url(name, *more), data)


def day(date: Any, name: str) -> dict[str, str]:
    return {f"{name}_day": str(date.day), f"{name}_month": str(date.month), f"{name}_year": str(date.year)}


PAGES = ("home", "add_unit", "people", "add_member", "rights", "waiting", "mandates", "new_mandate", "absences")
MORE = ("cover", "review", "who", "sheet")


@pytest.mark.parametrize("name", [*PAGES, *MORE])
def test_every_page_is_for_who_administers_and_unknown_to_others(name: str) -> None:
    town = towns.build()
    other = administrator(towns.build("Autre", branch="b"))
    assert Desk(town).get(name).status_code == 200
    assert Desk(town, administrator(town, town.desk)).get(name).status_code == 200
    for stranger in (someone(), other, member(town)[0]):
        assert Desk(town, stranger).get(name).status_code == 404
        assert Desk(town, stranger).post(name).status_code == 404
    assert Client().get(reverse(f"access:{name}", args=[town.id])).status_code == 302


def test_one_goes_straight_to_the_only_organisation_one_administers() -> None:
    desk = Desk(towns.build())
    assert desk.client.get("/habilitations/")["Location"] == desk.url("home")
    assert "aucun organisme" in signed_in(someone()).get("/habilitations/").content.decode()


def test_the_tree_is_shaped_from_the_pages() -> None:
    desk = Desk(towns.build())
    desk.post("add_unit", parent=desk.town.roads.id, kind="bureau", name="Atelier", code="AT")
    made = Unit.objects.get(code="AT")
    assert (made.parent_id, made.name) == (desk.town.roads.id, "Atelier")
    assert desk.post("add_unit", parent=desk.town.roads.id, kind="bureau", name="Atelier").status_code == 422
    desk.post("unit", made.id, geste="renommer", name="Ateliers", code="")
    desk.post("unit", made.id, geste="deplacer", new_parent=desk.town.desk.id)
    made.refresh_from_db()
    assert (made.name, made.parent_id) == ("Ateliers", desk.town.desk.id)
    desk.post("unit", made.id, geste="fermer")
    made.refresh_from_db()
    assert made.valid_to is not None
    assert desk.get("unit", desk.town.roads.id).status_code == 200
    narrow = Desk(desk.town, administrator(desk.town, desk.town.desk))
    assert narrow.get("unit", desk.town.roads.id).status_code == 404
    assert "Voirie" not in narrow.get("home").content.decode()


def test_an_agent_comes_gets_rights_is_seen_and_leaves() -> None:
    install_processes()
    desk = Desk(towns.build())
    alix = Account.objects.create_user("alix@exemple.example", first_name="Alix")
    answer = desk.post("add_member", email="alix@exemple.example", unit=desk.town.desk.id, title="Officière")
    post = Membership.objects.get(account=alix)
    assert answer["Location"] == desk.url("member", post.id)
    wanted = {"actions": ["case:read"], "process": "EtatCivil", "unit": desk.town.desk.id}
    narrow = {"arrondissement": "1, 2", "amount": "500", "mine": "on", "strong": "on", "reason": "Guichet"}
    desk.client.post(f"{desk.url('give')}?a=membership:{post.id}", wanted | narrow)
    grant = Grant.objects.get(principal_id=post.id)
    assert (grant.actions, grant.process_code, grant.unit_id, grant.reason) == (
        ["case:read"],
        "EtatCivil",
        desk.town.desk.id,
        "Guichet",
    )
    assert grant.condition == {
        "arrondissement": {"in": ["1", "2"]},
        "amount": {"at_most": 500},
        "in_charge": {"mine": True},
    }
    assert grant.min_authn == 2
    seen = desk.get("member", post.id).content.decode()
    assert "Consulter les dossiers reçus" in seen
    assert "alix" in desk.get("people", q="Alix").content.decode().lower()
    assert "alix" not in desk.get("people", q="introuvable").content.decode().lower()
    desk.post("member", post.id, geste="suspendre")
    post.refresh_from_db()
    assert post.state == "suspended"
    desk.post("member", post.id, geste="retablir")
    desk.post("member", post.id, geste="terminer", **day(today(), "on"))
    post.refresh_from_db()
    assert (post.state, post.ends_on) == ("active", today())


def test_a_refusal_is_said_on_the_form() -> None:
    desk = Desk(towns.build())
    _, post = member(desk.town)
    answer = desk.client.post(
        f"{desk.url('give')}?a=membership:{post}", {"actions": ["members:manage"], "process": "*"}
    )
    assert answer.status_code == 422
    assert "que les droits que vous avez" in answer.content.decode()
    for unknown in ("", "membership:x", f"client:{post}", f"unit:{post}"):
        assert desk.client.get(f"{desk.url('give')}?a={unknown}").status_code == 404


def test_a_sensitive_right_is_approved_by_another_then_taken_back() -> None:
    town = towns.build()
    giver, second = Desk(town), Desk(town)
    signer, post = member(town)
    answer = giver.client.post(f"{giver.url('give')}?a=membership:{post}", {"actions": ["act:sign"], "process": "*"})
    grant = Grant.objects.get(principal_id=post)
    assert answer["Location"] == giver.url("right", grant.id)
    assert "Signer des documents" in second.get("waiting").content.decode()
    giver.post("right", grant.id, geste="approuver")
    assert not may(signer, town, SIGN)
    second.post("right", grant.id, geste="approuver")
    assert may(signer, town, SIGN)
    for gesture in ("confirmer", "renouveler"):
        second.post("right", grant.id, geste=gesture)
    grant.refresh_from_db()
    assert grant.reviewed_by == second.person.reference
    assert "Retirer ce droit" in second.post("right", grant.id, geste="retirer").content.decode()
    assert may(signer, town, SIGN), "taking back is asked for first"
    second.post("right", grant.id, geste="retirer-vraiment")
    assert not may(signer, town, SIGN)
    narrow = Desk(town, administrator(town, town.desk))
    assert narrow.get("right", grant.id).status_code == 404


def test_a_mandate_is_given_by_its_signed_act_and_used_by_the_editor() -> None:
    town, editor = towns.build(), towns.build("Éditeur", siret="13002603200016")
    desk = Desk(town)
    data = {"siret": "130 026 032 00016", "reference": "2026-118", "actions": ["case:read"], "process": "*"}
    act = SimpleUploadedFile("acte.pdf", b"%PDF-1.7 acte")
    desk.post("new_mandate", **data, **day(today(), "signed_on"), document=act)
    mandate = Mandate.objects.get()
    assert (mandate.editor_id, mandate.act_reference) == (editor.id, "2026-118")
    assert mandate.act_sha256 == hashlib.sha256(b"%PDF-1.7 acte").hexdigest()
    agent = someone()
    give(editor, agent, Action.MANDATE_USE)
    browser = signed_in(agent)
    assert "Agir pour Mairie" in browser.get("/habilitations/").content.decode()
    browser.post("/habilitations/agir-pour/", {"organisme": str(town.id)})
    assert browser.session["acting_for"] == str(town.id)
    assert "Ne plus agir" in browser.get("/habilitations/").content.decode()
    browser.post("/habilitations/agir-pour/", {"organisme": ""})
    assert "acting_for" not in browser.session
    for wrong in (str(editor.id), "x"):
        browser.post("/habilitations/agir-pour/", {"organisme": wrong})
        assert "acting_for" not in browser.session
    desk.post("mandate", mandate.id, geste="retirer-vraiment")
    mandate.refresh_from_db()
    assert mandate.revoked_at is not None
    browser.post("/habilitations/agir-pour/", {"organisme": str(town.id)})
    assert "acting_for" not in browser.session


def test_what_an_editors_agent_does_names_both_in_the_journal() -> None:
    town, editor = towns.build(), towns.build("Éditeur", branch="e")
    deed = Deed(editor.id, "2026-1", "0" * 64, today(), [Line([READ, Action.CASE_PROCESS])])
    commands.give_mandate(organisation=town.id, deed=deed, actor=SYSTEM)
    agent = someone()
    give(editor, agent, Action.MANDATE_USE, MANAGE)
    browser = signed_in(agent)
    browser.post("/habilitations/agir-pour/", {"organisme": str(town.id)})
    assert browser.get("/suivi/").status_code == 200
    # Acting for the town, the agent no longer administers the editor: one organisation at a time.
    assert browser.get(reverse("access:home", args=[editor.id])).status_code == 404
    assert not Entry.objects.filter(actor_id=agent.person, acting_for=None).exists()


def test_an_absence_is_covered_and_ended() -> None:
    desk = Desk(towns.build())
    (_, away), (_, stand_in) = member(desk.town), member(desk.town)
    dates = day(today(), "starts_on") | day(today(), "ends_on")
    desk.post("cover", absent=away, substitute=stand_in, **dates)
    cover = Cover.objects.get()
    assert desk.post("cover", absent=away, substitute=away, **dates).status_code == 422
    desk.post("absences", fin=cover.id)
    cover.refresh_from_db()
    assert cover.revoked_at is not None


def test_a_review_confirms_and_suspends() -> None:
    desk = Desk(towns.build())
    _, post = member(desk.town)
    grant = give(desk.town, post)
    Grant.objects.filter(id=grant).update(created_at="2020-01-01T00:00Z")
    Account.objects.filter(memberships=post).update(created_at="2020-01-01T00:00Z")
    Membership.objects.filter(id=post).update(starts_on="2020-01-01")
    assert str(grant) in desk.get("review").content.decode()
    desk.post("review", geste="confirmer", droit=[str(grant), "x"])
    assert Grant.objects.get(id=grant).reviewed_by == desk.person.reference
    desk.post("review", geste="suspendre")
    assert Membership.objects.get(id=post).state == "suspended"


def test_who_and_why_answer_as_the_decision_does() -> None:
    install_processes()
    desk = Desk(towns.build())
    agent, post = member(desk.town)
    give(desk.town, post)
    asked = {"action": "case:read", "process": "EtatCivil"}
    assert str(Account.objects.get(id=agent.person)) in desk.get("who", **asked).content.decode()
    asked["person"] = str(agent.id)
    assert "Oui, cette personne a ce droit" in desk.get("who", **asked).content.decode()
    commands.suspend_member(membership=post, actor=SYSTEM)
    said = desk.get("who", **asked).content.decode()
    assert "Non, cette personne" in said
    assert "suspendu" in said


def test_a_sheet_is_tried_then_brought_in() -> None:
    desk = Desk(towns.build())
    Account.objects.create_user("alix@exemple.example")

    def send(gesture: str, text: str) -> Any:
        return desk.post("sheet", geste=gesture, file=SimpleUploadedFile("agents.csv", text.encode()))

    good = "courriel;droits\nalix@exemple.example;consulter\n"
    assert "Le fichier est bon" in send("verifier", good).content.decode()
    assert not Membership.objects.exists()
    wrong = send("importer", good + "x;\n")
    assert (wrong.status_code, "Lignes à corriger" in wrong.content.decode()) == (422, True)
    assert not Membership.objects.exists()
    assert "Le fichier est importé" in send("importer", good).content.decode()
    assert Membership.objects.exists()
    assert send("importer", "rien").status_code == 422


def test_writing_asks_for_a_sure_session(settings: Any) -> None:
    settings.ASSURANCE_ENFORCED = True
    desk = Desk(towns.build())
    assert desk.get("add_unit").status_code == 200
    answer = desk.post("add_unit", parent=desk.town.roads.id, kind="bureau", name="Atelier")
    assert answer["Location"].startswith("/connexion/renforcer/")
    assert not Unit.objects.filter(name="Atelier").exists()


def test_a_minimum_is_read_from_the_session(settings: Any) -> None:
    town = towns.build()
    person = administrator(town)
    Grant.objects.filter(principal_id=person.person).update(min_authn=2)
    assert Desk(town, person).get("home").status_code == 200
    settings.ASSURANCE_ENFORCED = True
    assert Desk(town, person).get("home").status_code == 404
    assert queries.administered(Actor("account", person.id, assurance=(0, 2, 0))) == {town.id: [""]}
