import json
from typing import Any

import pytest

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM
from parvis.core.errors import ConflictError, DomainError, RefusedError
from parvis.exchange import commands
from parvis.exchange.commands import Reception, SubscriptionRequest
from parvis.exchange.models import Subscription
from tests.exchange.test_hubee import OSL_RIGHTS, SI_RIGHTS, Caller, errors
from tests.support import world
from tests.support.world import PROCESS, World

pytestmark = pytest.mark.django_db


def admin(here: World) -> Caller:
    return Caller("ADMIN", here.operator, (Action.PLATFORM_ADMINISTER,), process="*")


def call(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    raw = json.dumps(body) if body is not None else ""
    return caller.http.generic(method, f"/referential/v1{path}", raw, content_type="application/json")


def asked(here: World, **changes: Any) -> dict[str, Any]:
    return {
        "datapassId": 42,
        "processCode": "EtatCivil",
        "subscriber": {"type": "SI", "companyRegister": here.rennes.siret, "branchCode": "35238"},
        "notificationFrequency": "quotidienne",
        "accessMode": None,
        "email": "etat.civil+hub@rennes.example",
        "status": "Inactif",
        "localAdministrator": {"email": "admin@rennes.example", "firstName": "A", "lastName": "B"},
    } | changes


def test_a_subscription_is_asked_for_validated_activated_and_suspended() -> None:
    here = world.build()
    platform = admin(here)
    made = call(platform, "POST", "/subscriptions", asked(here))
    assert made.status_code == 201, made.content
    path = f"/subscriptions/{made.json()['id']}"
    assert made.json()["status"] == "Inactif"
    again = call(platform, "POST", "/subscriptions", asked(here))
    assert errors(again)[0].endswith("EtatCivil already exists")
    active = call(platform, "PUT", path, asked(here, status="Actif", accessMode="API"))
    assert (active.status_code, active.json()["status"], active.json()["accessMode"]) == (200, "Actif", "API")
    stopped = call(platform, "PUT", path, asked(here, status="Suspendu")).json()
    assert stopped["endDateTime"]
    assert call(platform, "GET", path).json() == stopped


def test_lists_are_filtered_ordered_and_paged() -> None:
    here = world.build()
    platform = admin(here)
    answer = call(platform, "GET", "/subscriptions?offSet=0&maxResult=1&orderBy=desc(si_branch_code)")
    assert answer["Content-Range"] == "Susbscriptions 0-0/2"
    assert answer.json()[0]["subscriber"]["branchCode"] == "35238"
    one = call(
        platform, "GET", f"/subscriptions?processCode={PROCESS},X&companyRegister={here.nice.siret}&status=Actif"
    )
    assert [row["subscriber"]["name"] for row in one.json()] == ["Mairie de Nice"]
    assert call(platform, "GET", "/subscriptions?orderBy=drop(table)").status_code == 400
    assert call(platform, "GET", "/subscriptions?maxResult=x").status_code == 400
    assert call(platform, "GET", "/subscriptions?status=Refus%C3%A9").json() == []


def test_rights_a_depositor_reads_its_own_processes_and_writes_nothing() -> None:
    here = world.build()
    Subscription.objects.create(subscriber=here.rennes, process_id="EtatCivil")
    depositor = Caller("OSL", here.operator, OSL_RIGHTS)
    assert {row["processCode"] for row in call(depositor, "GET", "/subscriptions").json()} == {PROCESS}
    other = Subscription.objects.get(process_id="EtatCivil")
    assert call(depositor, "GET", f"/subscriptions/{other.id}").status_code == 404
    assert call(depositor, "POST", "/subscriptions", asked(here)).status_code == 403
    assert call(Caller("SI", here.rennes, SI_RIGHTS), "GET", "/subscriptions").status_code == 403


def test_rights_the_admin_role_needs_the_platforms_grant() -> None:
    here = world.build()
    imposter = Caller("ADMIN", here.rennes, (Action.MEMBERS_MANAGE,), process="*")
    for path in ("/subscriptions", "/organizations", "/processes"):
        assert call(imposter, "GET", path).status_code == 403


def test_organisations_are_created_once_read_and_closed() -> None:
    here = world.build()
    platform = admin(here)
    world.commune("44109", "Nantes", ["44000"], "21440109300015")
    listed = call(platform, "GET", "/organizations?type=SI&maxResult=10")
    assert listed["Content-Range"] == "Organizations 0-2/3"
    body = {
        "type": "SI",
        "companyRegister": "21330063500017",
        "branchCode": "GUICHET-1",
        "name": "Guichet",
        "postalCode": "33000",
        "territory": "Bordeaux",
        "status": "Actif",
    }
    made = call(platform, "POST", "/organizations", body)
    assert made.status_code == 201, made.content
    path = "/organizations/SI-21330063500017-GUICHET-1"
    assert call(platform, "GET", path).json()["name"] == "Guichet"
    assert errors(call(platform, "POST", "/organizations", body))[0].endswith("already exists")
    closed = call(platform, "PUT", path, body | {"status": "Inactif", "name": "Guichet fermé"}).json()
    assert (closed["status"], closed["name"]) == ("Inactif", "Guichet fermé")
    assert call(platform, "GET", "/organizations/SI-1-2").status_code == 400
    assert call(platform, "GET", "/organizations/SI-00000000000000-1").status_code == 404
    wrong = call(platform, "POST", "/organizations", body | {"companyRegister": "21330063500018"})
    assert wrong.status_code == 400
    assert "clé" in errors(wrong)[0]


def test_processes_are_data() -> None:
    here = world.build()
    platform = admin(here)
    read = call(platform, "GET", f"/processes/{PROCESS}").json()
    assert read["authorizedAwaiting"] is True
    changed = call(platform, "PUT", f"/processes/{PROCESS}", read | {"timeBeforeFileDeletion": 7})
    assert changed.json()["timeBeforeFileDeletion"] == 7
    made = call(platform, "POST", "/processes", read | {"code": "NOUVELLE", "name": "Nouvelle"})
    assert made.status_code == 201
    assert call(platform, "POST", "/processes", read | {"code": "NOUVELLE"}).status_code == 400
    assert call(platform, "GET", "/processes/RIEN").status_code == 404
    assert call(platform, "POST", "/processes", {}).status_code == 400


def test_rights_each_gesture_of_a_subscriptions_life() -> None:
    here = world.build()
    wanted = SubscriptionRequest(here.rennes.id, "EtatCivil")
    with pytest.raises(RefusedError):
        commands.request_subscription(wanted=wanted, actor=here.as_foreign_agent)
    row = commands.request_subscription(wanted=wanted, actor=SYSTEM)
    world.allow(here.as_agent, here.rennes.id, (Action.MEMBERS_MANAGE,))
    with pytest.raises(RefusedError):
        commands.validate_subscription(subscription_id=row.id, actor=here.as_agent)
    with pytest.raises(ConflictError):
        commands.activate_subscription(subscription_id=row.id, reception=Reception(), actor=here.as_agent)
    with pytest.raises(DomainError):
        commands.reject_subscription(subscription_id=row.id, reason=" ", actor=SYSTEM)
    commands.reject_subscription(subscription_id=row.id, reason="Dossier incomplet", actor=SYSTEM)
    commands.validate_subscription(subscription_id=row.id, actor=SYSTEM)
    for gesture in (commands.activate_subscription, commands.suspend_subscription):
        more = {"reception": Reception()} if gesture is commands.activate_subscription else {}
        with pytest.raises(RefusedError):
            gesture(subscription_id=row.id, actor=here.as_foreign_agent, **more)
        gesture(subscription_id=row.id, actor=here.as_agent, **more)
    row.refresh_from_db()
    assert (row.state, row.rejection_reason) == ("Suspendu", "")
