"""Many folders in one call: each judged alone, all written together, in a number of statements that does not grow."""

import json
from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM, Actor
from parvis.core.errors import ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.exchange import commands
from parvis.exchange.commands import Applicant, Deposit, DepositedFolder, NewAttachment, NewCase, many_deposits
from parvis.exchange.models import Attachment, Case, Folder, Notification
from parvis.ledger.models import Entry
from tests.exchange.test_api import body, caller, post
from tests.support import world
from tests.support.jobs import run_jobs
from tests.support.world import PROCESS, World

PLACE = "/api/v1/folders/bulk"


def folder(here: World, number: int, **changes: object) -> Deposit:
    base = Deposit(PROCESS, f"LOT-{number:04d}", Applicant("Camille", "Martin"), [NewCase(here.rennes.id)])
    return replace(base, **changes)  # type: ignore[arg-type]


def sent(here: World, deposits: list[Deposit], actor: Actor = SYSTEM) -> list[Any]:
    return commands.deposit_many(deposits=[(one, here.operator.id) for one in deposits], actor=actor)


@pytest.mark.django_db
def test_many_deposits_make_what_as_many_single_ones_make() -> None:
    here = world.build()
    piece = NewAttachment("ji", "carte.pdf", 1000, "application/pdf")
    two = [NewCase(here.rennes.id), NewCase(here.nice.id)]
    deposits = [folder(here, 1), folder(here, 2, cases=two), folder(here, 3, attachments=[piece])]
    for one in deposits:
        commands.deposit(deposit=one, depositor=here.operator.id, actor=SYSTEM)
    alone = everything()
    Folder.objects.all().delete()
    made = sent(here, deposits)
    assert everything() == alone
    assert [type(one) for one in made] == [DepositedFolder] * 3
    assert [len(one.cases) for one in made] == [1, 2, 1]
    assert [len(one.attachments) for one in made] == [0, 0, 1]
    assert run_jobs().count("exchange.alert_recipients") == 4, "two told at once, each time"
    assert Entry.objects.filter(action="folder.deposited").count() == 6


def keyed(http: Client, content: Any) -> Any:
    return http.post(PLACE, json.dumps(content), content_type="application/json", headers={"Idempotency-Key": "lot-1"})


def everything() -> Any:
    folders = Folder.objects.order_by("external_id")
    return (
        list(folders.values_list("external_id", "status", "fields", "applicant_last_name", "depositor")),
        list(Case.objects.order_by("external_id").values_list("external_id", "recipient", "status")),
        list(Notification.objects.order_by("case__external_id").values_list("case__external_id", "recipient")),
        list(Attachment.objects.values_list("folder__external_id", "name", "state", "cases__recipient")),
    )


@pytest.mark.django_db
def test_a_wrong_deposit_does_not_keep_the_others_out() -> None:
    here = world.build()
    sent(here, [folder(here, 1)])
    wrong = [
        folder(here, 1),
        folder(here, 2, process="INCONNUE"),
        folder(here, 3, cases=[NewCase(new_id())]),
        folder(here, 4, applicant=Applicant("", "")),
        folder(here, 5),
        folder(here, 5),
    ]
    outcomes = sent(here, wrong)
    codes = [one.code if isinstance(one, DomainError) else "" for one in outcomes]
    expected = [
        "duplicate_external_id",
        "unknown_process",
        "not_subscribed",
        "applicant_name",
        "",
        "duplicate_external_id",
    ]
    assert codes == expected
    assert Folder.objects.count() == 2
    assert Entry.objects.filter(action="folder.deposit_refused").count() == 2, "duplicates are in the journal"


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 101])
def test_too_few_or_too_many_are_refused_before_anything(count: int) -> None:
    here = world.build()
    with pytest.raises(DomainError, match="1 à 100"):
        sent(here, [folder(here, number) for number in range(count)])
    assert not Folder.objects.exists()


@pytest.mark.django_db
def test_the_number_of_statements_does_not_grow() -> None:
    here = world.build()
    sent(here, [folder(here, 0)])
    counts = []
    for size in (2, 60):
        with CaptureQueriesContext(connection) as seen:
            sent(here, [folder(here, 1000 * size + number) for number in range(size)])
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_rights_each_deposit_is_judged_by_its_own_right() -> None:
    here = world.build()
    program = Actor("client", new_id())
    world.allow(program, here.operator.id, (Action.FOLDER_DEPOSIT,))
    mine, foreign = (folder(here, 1), here.operator.id), (folder(here, 2), here.nice.id)
    made, refused = commands.deposit_many(deposits=[mine, foreign], actor=program)
    assert isinstance(made, DepositedFolder)
    assert isinstance(refused, RefusedError)
    assert Folder.objects.get().external_id == "LOT-0001"
    assert Entry.objects.filter(action="folder.deposit_refused", outcome="refused").count() == 1


@pytest.mark.django_db
def test_over_http_each_outcome_is_in_its_place_and_a_key_makes_it_once() -> None:
    here = world.build()
    http = caller(here, here.operator, Action.FOLDER_DEPOSIT, Action.FOLDER_READ)
    stranger = {"siret": "99999999999999", "branch": "00000"}
    folders = [
        body(here, external_id="B-1"),
        body(here, external_id="B-2", recipients=[stranger]),
        body(here, external_id="B-3"),
    ]
    first = keyed(http, {"folders": folders})
    assert first.status_code == 200, first.content
    answer = first.json()
    assert (answer["deposited"], answer["refused"]) == (2, 1)
    assert [one["external_id"] for one in answer["outcomes"]] == ["B-1", "B-2", "B-3"]
    assert answer["outcomes"][1]["errors"][0]["code"] == "unknown_organisation"
    assert keyed(http, {"folders": folders}).json() == answer
    assert Folder.objects.count() == 2
    assert post(http, PLACE, {"folders": []}).status_code == 400
    assert post(http, PLACE, {"folders": folders[:1] * 101}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_two_calls_with_the_same_folders_at_once_deposit_each_once() -> None:
    here = world.build()
    deposits = [folder(here, number) for number in range(20)]
    barrier, outcomes = Barrier(2), []

    def call(order: int) -> None:
        barrier.wait()
        # In opposite orders: each waits for what the other has begun to write.
        outcomes.append(sent(here, deposits[::order]))
        connection.close()

    threads = [Thread(target=call, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Folder.objects.count() == 20
    made = [one for call_outcomes in outcomes for one in call_outcomes if isinstance(one, DepositedFolder)]
    assert len(made) == 20
    assert len(outcomes) == 2, "neither call failed"


@pytest.mark.django_db
def test_a_folder_deposited_by_someone_else_meanwhile_becomes_a_duplicate(monkeypatch: pytest.MonkeyPatch) -> None:
    here = world.build()
    read = many_deposits.numbers_taken
    blind: Iterator[set[Any]] = iter([set()])

    def taken(deposits: Any) -> Any:
        sent_before = next(blind, None)
        return read(deposits) if sent_before is None else sent_before

    commands.deposit(deposit=folder(here, 1), depositor=here.operator.id, actor=SYSTEM)
    monkeypatch.setattr(many_deposits, "numbers_taken", taken)
    refused, made = sent(here, [folder(here, 1), folder(here, 2)])
    assert isinstance(refused, ConflictError)
    assert isinstance(made, DepositedFolder)


@pytest.mark.django_db
def test_a_case_may_not_take_the_number_that_another_gets() -> None:
    here = world.build()
    cases = [NewCase(here.rennes.id, external_id="LOT-0001-02"), NewCase(here.nice.id)]
    (refused,) = sent(here, [folder(here, 1, cases=cases)])
    assert isinstance(refused, DomainError)
    assert refused.code == "external_id"
