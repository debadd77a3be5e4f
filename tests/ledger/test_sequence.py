"""Committed entries enter the tree exactly once, whoever sequences and in whatever order they were committed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import Error, connection, transaction
from pytest_django import Settings

from parvis.core.actor import SYSTEM
from parvis.core.errors import AbsentError
from parvis.core.tlog import merkle, notes
from parvis.ledger import commands, keys, queries, tasks
from parvis.ledger.models import Checkpoint, Entry, Leaf, Pending, Tile
from tests.ledger.conftest import Tamper, write

pytestmark = pytest.mark.django_db(transaction=True)


def sequenced() -> list[object]:
    return list(Leaf.objects.order_by("position").values_list("entry_id", flat=True))


def positions() -> list[int]:
    return list(Leaf.objects.order_by("position").values_list("position", flat=True))


def test_entries_are_appended_and_signed() -> None:
    identifiers = write(300)
    assert commands.sequence() == 300
    assert sequenced() == identifiers
    assert positions() == list(range(300))
    assert not Pending.objects.exists()
    checkpoint = queries.latest_checkpoint()
    assert checkpoint is not None
    seen = notes.read(checkpoint.note, keys.known_verifiers())
    naive = merkle.Builder()
    for digest in Entry.objects.order_by("id").values_list("digest", flat=True):
        naive.append(merkle.leaf_hash(bytes(digest)))
    assert (seen.size, seen.root, bytes(checkpoint.root)) == (300, naive.root(), naive.root())
    assert set(Tile.objects.values_list("level", "number")) == {(0, 0), (0, 1), (1, 0)}


def test_nothing_is_signed_when_nothing_is_new() -> None:
    assert commands.sequence() == 0
    write(1)
    commands.sequence()
    assert commands.sequence() == 0
    assert Checkpoint.objects.count() == 1


def test_the_journal_keeps_its_name_when_the_site_moves(settings: Settings) -> None:
    settings.SITE_URL = "https://parvis.example"
    write(1)
    commands.sequence()
    settings.SITE_URL = "http://localhost:9000"
    write(1)
    commands.sequence()
    notes_kept = Checkpoint.objects.values_list("note", flat=True)
    assert {note.partition("\n")[0] for note in notes_kept} == {"parvis.example/journal"}
    assert queries.verify(verifiers=keys.known_verifiers()).findings == []


def test_batches_make_one_tree() -> None:
    write(600)
    while commands.sequence(limit=100):
        pass
    assert [size for (size,) in Checkpoint.objects.order_by("size").values_list("size")] == list(range(100, 601, 100))
    assert queries.verify(verifiers=keys.known_verifiers()).findings == []


def test_transactions_that_commit_out_of_order_are_all_sequenced_once() -> None:
    recorded, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                commands.record(actor=SYSTEM, action="a.done", subject="slow:1")
                recorded.set()
                assert may_commit.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(slow)
        assert recorded.wait(10)
        write(5)  # later ids, committed first
        assert commands.sequence() == 5
        may_commit.set()
        job.result()
    assert commands.sequence() == 1
    assert Leaf.objects.get(position=5).entry.subject == "slow:1"
    assert commands.sequence() == 0
    assert len(set(sequenced())) == Entry.objects.count() == 6
    assert queries.verify(verifiers=keys.known_verifiers()).findings == []


def write_or_roll_back(subject: str, *, roll_back: bool) -> None:
    with suppress(LookupError), transaction.atomic():
        commands.record(actor=SYSTEM, action="a.done", subject=subject)
        if roll_back:
            raise LookupError


def writer(number: int) -> None:
    """Record 40 entries, of which 8 are rolled back."""
    try:
        for rank in range(40):
            write_or_roll_back(f"w{number}:{rank}", roll_back=rank % 5 == 0)
    finally:
        connection.close()


def sequencer(stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            commands.sequence(limit=7)
    finally:
        connection.close()


def test_many_writers_and_two_sequencers_do_no_harm() -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        sequencers = [pool.submit(sequencer, stop) for _ in range(2)]
        for job in [pool.submit(writer, number) for number in range(2)]:
            job.result()
        stop.set()
        for job in sequencers:
            job.result()
    while commands.sequence():
        pass
    assert Entry.objects.count() == 64
    assert len(sequenced()) == len(set(sequenced())) == 64
    assert positions() == list(range(64))
    assert queries.verify(verifiers=keys.known_verifiers()).findings == []


def test_a_second_sequencer_gives_way() -> None:
    write(1)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x7061_7276_6973_6C67])
                held.set()
                done.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(hold)
        assert held.wait(10)
        assert commands.sequence() == 0
        done.set()
        job.result()
    assert commands.sequence() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_tile SET hashes = sha256('forged') || substring(hashes FROM 33) WHERE level = 0",
        "UPDATE ledger_tile SET hashes = substring(hashes FOR 64) WHERE level = 0",
        "DELETE FROM ledger_tile",
    ],
)
def test_nothing_is_signed_over_a_broken_tree(tamper: Tamper, statement: str) -> None:
    write(5)
    commands.sequence()
    tamper(statement)
    write(1)
    with pytest.raises(commands.BrokenTreeError):
        commands.sequence()
    assert Checkpoint.objects.count() == Pending.objects.count() == 1


def test_proofs_convince_someone_who_only_has_the_key() -> None:
    identifiers = write(300)
    commands.sequence(limit=260)
    old = queries.latest_checkpoint()
    commands.sequence()
    new = queries.latest_checkpoint()
    assert old is not None
    assert new is not None
    for identifier in identifiers[::37]:
        proof = queries.inclusion_proof(identifier)
        seen = notes.read(proof.checkpoint, [keys.signer().verifier])
        leaf = merkle.leaf_hash(proof.digest)
        assert merkle.root_from_inclusion(leaf, proof.position, proof.size, proof.hashes) == seen.root
    past = queries.inclusion_proof(identifiers[3], size=260)
    leaf = merkle.leaf_hash(past.digest)
    assert merkle.root_from_inclusion(leaf, 3, 260, past.hashes) == bytes(old.root)
    steps = queries.consistency_proof(260, 300)
    assert merkle.is_consistent(260, 300, bytes(old.root), bytes(new.root), steps)


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    (identifier,) = write(1)
    with pytest.raises(AbsentError):
        queries.inclusion_proof(identifier)
    commands.sequence()
    (late,) = write(1)
    commands.sequence()
    with pytest.raises(AbsentError):
        queries.inclusion_proof(late, size=1)
    for old, new in [(0, 1), (2, 1), (1, 3)]:
        with pytest.raises(AbsentError):
            queries.consistency_proof(old, new)


def test_the_loop_sequences_until_told_to_stop_and_outlives_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    calls: list[int] = []
    real = commands.sequence

    def flaky() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise Error
        if len(calls) == 2:
            raise commands.BrokenTreeError
        return real()

    monkeypatch.setattr(commands, "sequence", flaky)
    write(3)
    thread = threading.Thread(target=tasks.run_sequencer, args=(stop, 0.01))
    thread.start()
    for _ in range(500):
        if Leaf.objects.count() == 3:
            break
        stop.wait(0.01)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert Leaf.objects.count() == 3
