"""The pages of the registers, by each side."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.identity.models import Account
from parvis.ledger.queries import entries_of
from parvis.preservation import commands
from parvis.preservation.models import Deposit, Entry
from tests.support import registers, world
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town
from tests.support.registers import Court, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(court: Court, tmp_path: Path) -> Court:
    court.fill(tmp_path, 3)
    return court


def browse(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=actor.person))
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_town_hall_closes_deposits_and_hands_over(full: Court, town: Town) -> None:
    client = browse(full.clerk)
    assert "Naissances 2024" in text(client.get("/registres/"))
    path = f"/registres/{full.register}/"
    assert "Clore le registre" in text(client.get(path))
    assert client.post(path, {}).status_code == 422
    done = client.post(path, {"on_day": "31", "on_month": "12", "on_year": "2024"})
    assert done.status_code == 302
    assert "Verser au greffe" in text(client.get(path))
    refused = client.post(path, {"circuit": str(town.short), "explained": "douze, perdu"})
    assert refused.status_code == 422
    assert "écrivez le numéro, deux-points" in text(refused)
    made = client.post(path, {"circuit": str(town.short), "explained": ""})
    row = Deposit.objects.get()
    assert made["Location"] == f"/registres/versements/{row.id}/"
    assert row.item is not None
    town.confirm(town.freeze(row.item))
    run_jobs()
    assert client.post(made["Location"], {"geste": "hand_over"}).status_code == 302
    assert "Le versement part au greffe" in text(client.get(made["Location"]))
    run_jobs()
    assert "Versé au greffe" in text(client.get(made["Location"]))
    assert client.post(made["Location"], {"geste": "accept"}).status_code == 422, "not the town's to do"


def test_a_registry_verifies_reads_and_accepts(full: Court, town: Town) -> None:
    registers.close(full)
    row = registers.deposited(full, town)
    client = browse(full.registrar)
    assert client.get("/registres/")["Location"] == "/registres/versements/"
    path = f"/registres/versements/{row.id}/"
    assert client.post(path, {"geste": "verify"}).status_code == 302
    run_jobs()
    shown = text(client.get(path))
    assert "Tout est conforme" in shown
    assert shown.count("Conforme") == 3
    assert client.post(path, {"geste": "report", "reason": ""}).status_code == 422
    whole = b"".join(client.get(f"{path}versement").streaming_content)  # type: ignore[attr-defined]
    assert zipfile.is_zipfile(BytesIO(whole))
    assert client.post(path, {"geste": "accept"}).status_code == 302
    assert "Accepté" in text(client.get(path))


def test_an_anomaly_is_shown_to_the_town_hall(full: Court, town: Town) -> None:
    registers.close(full)
    row = registers.verified(full, town)
    path = f"/registres/versements/{row.id}/"
    browse(full.registrar).post(path, {"geste": "report", "reason": "Page 2 illisible."})
    assert "Page 2 illisible." in text(browse(full.clerk).get(path))
    assert "Verser au greffe" in text(browse(full.clerk).get(f"/registres/{full.register}/"))


def test_an_act_is_shown_once_its_reader_said_why(full: Court) -> None:
    client = browse(full.prosecutor)
    path = f"/registres/{full.register}/actes/1/"
    shown = text(client.get(path))
    assert "Bernard" not in shown
    assert client.post(path, {"purpose": "inspection", "detail": ""}).status_code == 422
    shown = text(client.post(path, {"purpose": "inspection", "detail": "contrôle annuel"}))
    assert "Bernard" in shown
    assert "Marié à Rennes" in shown
    sha256 = bytes.fromhex(shown.partition(f"{path}pages/")[2][:64])
    answer = client.get(f"{path}pages/{sha256.hex()}")
    assert answer.content == scan(10)
    told = [one.action for one in entries_of(f"register:{full.register}")][:2]
    assert told == ["preservation.page_read", "preservation.act_read"]


def test_a_page_without_a_reason_asks_for_one(full: Court) -> None:
    client = browse(full.reader)
    assert Entry.objects.exists()
    answer = client.get(f"/registres/{full.register}/actes/1/pages/{'0' * 64}")
    assert answer["Location"] == f"/registres/{full.register}/actes/1/"


def test_strangers_see_nothing(full: Court, town: Town) -> None:
    registers.close(full)
    row = registers.deposited(full, town)
    client = browse(full.here.as_foreign_agent)
    for path in (
        f"/registres/{full.register}/",
        f"/registres/{full.register}/actes/1/",
        f"/registres/versements/{row.id}/",
        f"/registres/versements/{row.id}/versement",
    ):
        assert client.get(path).status_code == 404, path
    assert "Vous n’avez pas de registre" in text(client.get("/registres/"))
    assert client.get("/registres/conservation/").status_code == 403
    assert Client().get("/registres/").status_code == 302


def test_a_town_hall_downloads_its_register(full: Court) -> None:
    answer = browse(full.clerk).post(f"/registres/{full.register}/export")
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(data) == int(answer["Content-Length"])
    assert zipfile.is_zipfile(BytesIO(data))
    assert browse(full.registrar).post(f"/registres/{full.register}/export").status_code == 404


def test_the_operator_sees_how_late_and_what_is_bad(full: Court, settings: Any) -> None:
    operator = Account.objects.create_user("exploitante@exemple.example", "un-mot-de-passe-long")
    world.allow(Actor("account", operator.id), full.here.operator.id, (Action.PLATFORM_ADMINISTER,))
    client = Client()
    client.force_login(operator)
    commands.replicate()
    assert "La réplique est à jour" in text(client.get("/registres/conservation/"))
    settings.PRESERVATION_REPLICA = ""
    assert "Il n’y a pas de site distinct" in text(client.get("/registres/conservation/"))
