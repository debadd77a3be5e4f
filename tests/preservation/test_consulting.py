"""Reading is for a purpose, by one's own side, and always in the journal; the database hides the rest."""

import io
import zipfile
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from parvis.core import tenancy
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.ledger.queries import entries_of
from parvis.preservation import commands, entries, queries
from parvis.preservation.enums import Purpose
from parvis.preservation.models import Deposit, Entry, Register
from parvis.preservation.package import checking
from tests.support import registers
from tests.support.parapheur import Town
from tests.support.registers import Court, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(court: Court, tmp_path: Path) -> Court:
    court.fill(tmp_path, 3)
    return court


def test_an_act_is_read_for_a_purpose_and_the_journal_says_it(full: Court) -> None:
    history = commands.read_act(
        register_id=full.register, number="1", purpose=Purpose.COPY, detail="demande 12", actor=full.reader
    )
    assert [one.version for one in history] == [0, 1]
    told = entries_of(f"register:{full.register}").first()
    assert told is not None
    assert (told.action, told.purpose, told.facts) == (
        "preservation.act_read",
        "copie",
        {"what": "1", "why": "demande 12"},
    )
    page = entries.read(history[0].content).pages[0]
    found, data = commands.deliver_page(
        register_id=full.register, number="1", sha256=page.sha256, purpose=Purpose.COPY, actor=full.reader
    )
    assert (found, data) == (page, scan(10))


def test_a_prosecutor_inspects_at_any_time_and_says_why(full: Court) -> None:
    assert commands.purposes_for(register_id=full.register, actor=full.prosecutor) == [Purpose.INSPECTION]
    with pytest.raises(DomainError) as refusal:
        commands.read_act(
            register_id=full.register, number="1", purpose=Purpose.INSPECTION, detail=" ", actor=full.prosecutor
        )
    assert refusal.value.code == "detail_missing"
    commands.read_act(
        register_id=full.register, number="1", purpose=Purpose.INSPECTION, detail="contrôle", actor=full.prosecutor
    )
    told = entries_of(f"register:{full.register}").first()
    assert told is not None
    assert told.legal_basis == "Code civil, article 53"


def test_a_page_of_another_act_is_not_given(full: Court) -> None:
    page = entries.read(Entry.objects.get(number=2).content).pages[0]
    with pytest.raises(AbsentError):
        commands.deliver_page(
            register_id=full.register, number="1", sha256=page.sha256, purpose=Purpose.COPY, actor=full.reader
        )


def test_a_town_hall_takes_its_register_away(full: Court, tmp_path: Path) -> None:
    target = tmp_path / "export.zip"
    commands.export_register(register_id=full.register, target=target, actor=full.clerk)
    with zipfile.ZipFile(target) as archive:
        top = archive.namelist()[0].partition("/")[0]
        said = archive.read(f"{top}/data/content/bordereau.txt").decode()
    result = checking.check_package(target, expected=said, judge=lambda *_: "")
    assert (result.acts, result.wrong) == (3, 0)
    assert list(tmp_path.glob("tmp*")) == []


def test_rights_each_side_reads_for_its_own_purposes(full: Court, town: Town, tmp_path: Path) -> None:
    strangers = (full.here.as_foreign_agent, full.here.as_agent, Actor("account", full.here.citizen.id))
    for purpose in Purpose:
        for who in (*strangers, full.registrar):  # nothing was deposited with the registry yet
            with pytest.raises(AbsentError):
                commands.read_act(register_id=full.register, number="1", purpose=purpose, detail="x", actor=who)
    with pytest.raises(AbsentError):
        commands.read_act(
            register_id=full.register, number="1", purpose=Purpose.INSPECTION, detail="x", actor=full.clerk
        )
    with pytest.raises(AbsentError):
        commands.read_act(
            register_id=full.register, number="1", purpose=Purpose.COPY, detail="x", actor=full.prosecutor
        )
    registers.close(full)
    row = registers.deposited(full, town)
    commands.read_act(register_id=full.register, number="1", purpose=Purpose.DEPOSIT, actor=full.registrar)
    page = entries.read(Entry.objects.get(number=1, version=0).content).pages[0].sha256
    for who in strangers:
        with pytest.raises(AbsentError):
            commands.purposes_for(register_id=full.register, actor=who)
        with pytest.raises(AbsentError):
            commands.deliver_page(register_id=full.register, number="1", sha256=page, purpose=Purpose.COPY, actor=who)
        with pytest.raises(AbsentError):
            commands.export_register(register_id=full.register, target=tmp_path / "x.zip", actor=who)
        with pytest.raises(AbsentError):
            commands.deliver_deposit_file(deposit_id=row.id, name="versement", target=io.BytesIO(), actor=who)
    for who in (full.clerk, full.registrar, full.prosecutor):
        target = io.BytesIO()
        assert commands.deliver_deposit_file(deposit_id=row.id, name="versement", target=target, actor=who)
        assert target.read(2) == b"PK"
    with pytest.raises(AbsentError):
        commands.deliver_deposit_file(deposit_id=row.id, name="../x", target=io.BytesIO(), actor=full.clerk)


def test_the_database_hides_the_registers_of_others(full: Court, town: Town) -> None:
    registers.close(full)
    registers.deposited(full, town)
    outsiders = (full.here.as_foreign_agent, Actor("account", full.here.citizen.id))
    for who in (full.clerk, full.registrar, full.prosecutor, *outsiders):
        with tenancy.request():
            tenancy.become("account", who.person)
            seen = Register.objects.count(), Entry.objects.count(), Deposit.objects.count()
        assert seen == ((0, 0, 0) if who in outsiders else (1, 4, 1)), who.label


def test_a_registry_reads_and_does_not_write_the_registers_of_a_town(full: Court) -> None:
    with tenancy.request():
        tenancy.become("account", full.registrar.person)
        assert Register.objects.count() == 1
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Register.objects.update(volume=2)


def test_what_someone_may_do_is_found_by_the_whole_organisation(full: Court) -> None:
    assert queries.reach_of(full.clerk).keeps == {full.here.rennes.id}
    assert not queries.reach_of(full.here.as_agent)
    assert list(queries.registers_of(queries.reach_of(full.prosecutor))) == [full.row]
    assert list(queries.registers_of(queries.reach_of(full.registrar))) == []
