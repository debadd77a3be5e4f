"""A deposit from both sides: prepared, signed, handed over, verified, accepted or sent back; never two at once."""

import subprocess
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.ledger.queries import entries_of
from parvis.preservation import commands, queries, statement, workflow
from parvis.preservation.enums import DepositState
from parvis.preservation.models import Deposit, DepositMove, Jurisdiction, StoredObject
from parvis.preservation.package import checking
from parvis.preservation.store.folder import FolderSite
from parvis.signing import commands as signing
from tests.preservation.test_store import damage
from tests.support import registers
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town
from tests.support.registers import Court

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(court: Court, tmp_path: Path) -> Court:
    court.fill(tmp_path, 4)
    registers.close(court)
    return court


def test_from_the_town_hall_to_the_registry(full: Court, town: Town, tmp_path: Path) -> None:
    row = registers.accepted(full, town)
    assert row.report == {"acts": 4, "others": 1, "pages": 4, "wrong": 0, "anomalies": []}
    states = [move.state for move in DepositMove.objects.filter(deposit=row)]
    assert states == ["prepared", "signed", "deposited", "verified", "accepted"]
    told = [one.action.partition(".")[2] for one in entries_of(f"deposit:{row.id}")]
    assert told == [
        "deposit_accepted",
        "deposit_verified",
        "verification_asked",
        "deposited",
        "deposit_sent",
        "deposit_signed",
        "deposit_prepared",
    ]
    said = statement.read(row.statement)
    assert (said.size, said.acts, said.root) == (5, 4, bytes(row.root))
    (tmp_path / "b.txt").write_text(row.statement)
    (tmp_path / "b.p7s").write_bytes(queries.content_of(bytes(row.signature or b"")))
    openssl = ["/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-noverify", "-out", "/dev/null"]
    subprocess.run(
        [*openssl, "-in", str(tmp_path / "b.p7s"), "-content", str(tmp_path / "b.txt")], check=True, capture_output=True
    )


def test_a_missing_number_is_named_and_closing_minutes_account_for_it(court: Court, town: Town, tmp_path: Path) -> None:
    court.fill(tmp_path, 2)
    court.fill(tmp_path, 2, first=5, mentions=0)
    registers.close(court)
    with pytest.raises(DomainError) as refusal:
        registers.prepared(court, town)
    assert [(one.code, one.params["first"], one.params["last"]) for one in refusal.value.problems] == [
        ("numbers_missing", 3, 4)
    ]
    row = registers.prepared(court, town, n3="feuille annulée", n4="feuille annulée", n5="inutile")
    assert statement.read(row.statement).explained == {3: "feuille annulée", 4: "feuille annulée"}


def test_two_deposits_of_a_register_are_refused(full: Court, town: Town) -> None:
    registers.signed(full, town)
    with pytest.raises(ConflictError) as refusal:
        registers.prepared(full, town)
    assert refusal.value.code == "deposit_under_way"


def test_wholly_deposited_only_a_complement_is_taken(full: Court, town: Town) -> None:
    first = registers.accepted(full, town)
    with pytest.raises(ConflictError) as refusal:
        registers.prepared(full, town)
    assert refusal.value.code == "already_deposited"
    commands.add_mention(
        register_id=full.register, number="2", text="Mention", dated=date(2025, 2, 1), actor=full.clerk
    )
    second = registers.accepted(full, town)
    assert second.follows_id == first.id
    said = statement.read(second.statement)
    assert (said.before_size, said.before) == (5, bytes(first.root))
    assert second.report == {"acts": 0, "others": 1, "pages": 0, "wrong": 0, "anomalies": []}


def test_a_complement_that_does_not_extend_what_was_accepted_is_found(full: Court, town: Town) -> None:
    first = registers.accepted(full, town)
    Deposit.objects.filter(id=first.id).update(root=bytes(32))
    commands.add_mention(
        register_id=full.register, number="2", text="Mention", dated=date(2025, 2, 1), actor=full.clerk
    )
    second = registers.verified(full, town)
    assert {one["code"] for one in second.report["anomalies"]} == {"before_differs"}


def test_an_anomaly_is_said_and_deposited_again(full: Court, town: Town) -> None:
    row = registers.verified(full, town)
    with pytest.raises(DomainError):
        commands.report_anomaly(deposit_id=row.id, reason=" ", actor=full.registrar)
    commands.report_anomaly(deposit_id=row.id, reason="La page de l’acte 2 est illisible.", actor=full.registrar)
    row.refresh_from_db()
    assert row.state == DepositState.ANOMALY
    assert DepositMove.objects.filter(deposit=row).last().reason == "La page de l’acte 2 est illisible."  # type: ignore[union-attr]
    again = registers.accepted(full, town)
    assert (again.replaces_id, again.number) == (row.id, 2)


def test_a_package_damaged_on_every_site_is_not_accepted(full: Court, town: Town, primary: FolderSite) -> None:
    row = registers.deposited(full, town)
    damage(primary, bytes(StoredObject.objects.get(sha256=row.package).address), at=5000)
    commands.ask_verification(deposit_id=row.id, actor=full.registrar)
    run_jobs()
    row.refresh_from_db()
    assert [one["code"] for one in row.report["anomalies"]] == ["package_damaged"]
    with pytest.raises(ConflictError) as refusal:
        commands.accept_deposit(deposit_id=row.id, actor=full.registrar)
    assert refusal.value.code == "has_anomalies"


def test_a_statement_refused_in_the_parapheur_ends_the_deposit(full: Court, town: Town) -> None:
    row = registers.prepared(full, town)
    assert row.item is not None
    signing.refuse(item_id=row.item, reason="Le registre n’est pas complet.", actor=town.mayor)
    run_jobs()
    row.refresh_from_db()
    assert row.state == DepositState.WITHDRAWN
    assert registers.prepared(full, town).number == 2


def test_a_deposit_given_up_leaves_the_parapheur(full: Court, town: Town) -> None:
    row = registers.prepared(full, town)
    commands.withdraw_deposit(deposit_id=row.id, actor=full.clerk)
    run_jobs()
    row.refresh_from_db()
    assert row.state == DepositState.WITHDRAWN
    with pytest.raises(ConflictError):
        commands.withdraw_deposit(deposit_id=row.id, actor=full.clerk)


def test_handed_over_twice_is_refused(full: Court, town: Town) -> None:
    row = registers.signed(full, town)
    commands.hand_over(deposit_id=row.id, actor=full.clerk)
    with pytest.raises(ConflictError):
        commands.hand_over(deposit_id=row.id, actor=full.clerk)
    run_jobs()
    commands.make_package(deposit_id=row.id, author="again")
    row.refresh_from_db()
    assert row.state == DepositState.DEPOSITED


def test_an_open_or_empty_register_is_not_deposited(court: Court, town: Town) -> None:
    with pytest.raises(ConflictError) as refusal:
        registers.prepared(court, town)
    assert refusal.value.code == "register_open"
    registers.close(court)
    with pytest.raises(ConflictError) as refusal:
        registers.prepared(court, town)
    assert refusal.value.code == "register_empty"


def test_without_a_registry_it_says_so(full: Court, town: Town) -> None:
    Jurisdiction.objects.all().delete()
    with pytest.raises(DomainError) as refusal:
        registers.prepared(full, town)
    assert refusal.value.code == "no_registry"


def test_every_state_has_its_gestures() -> None:
    assert {state for _, states, _ in workflow.TABLE.values() for state in states} | {
        to for _, _, to in workflow.TABLE.values()
    } == set(DepositState)


def test_rights_each_side_does_its_own_moves(full: Court, town: Town) -> None:
    row = registers.deposited(full, town)
    foreigners = (full.here.as_foreign_agent, full.reader, full.prosecutor, Actor("anonymous"))
    for_registry: tuple[Callable[[Actor], object], ...] = (
        lambda who: commands.ask_verification(deposit_id=row.id, actor=who),
        lambda who: commands.report_anomaly(deposit_id=row.id, reason="x", actor=who),
        lambda who: commands.accept_deposit(deposit_id=row.id, actor=who),
    )
    for_town: tuple[Callable[[Actor], object], ...] = (
        lambda who: commands.prepare_deposit(register_id=full.register, circuit=town.short, actor=who),
        lambda who: commands.hand_over(deposit_id=row.id, actor=who),
        lambda who: commands.withdraw_deposit(deposit_id=row.id, actor=who),
    )
    for attempts, own in ((for_registry, full.clerk), (for_town, full.registrar)):
        for stranger in (*foreigners, own):
            for attempt in attempts:
                with pytest.raises(RefusedError):
                    attempt(stranger)
    with pytest.raises(AbsentError):
        commands.accept_deposit(deposit_id=full.register, actor=full.registrar)


@pytest.mark.django_db(transaction=True)
def test_two_deposits_at_once_make_one(full: Court, town: Town) -> None:
    outcomes: list[str] = []

    def work() -> None:
        try:
            registers.prepared(full, town)
            outcomes.append("made")
        except ConflictError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["deposit_under_way", "made"]


def test_a_result_names_at_most_a_thousand() -> None:
    result = checking.Result()
    for number in range(1500):
        result.add("page_missing", str(number))
    assert (result.wrong, len(result.anomalies)) == (1500, 1000)
