"""Witnesses, on the side of the journal: real ones over HTTP, one that is down, one that saw another past."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from parvis.cli.checks import Level, journal
from parvis.cli.witness.home import Home
from parvis.cli.witness.server import WitnessServer
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.tlog import cosigning, notes
from parvis.core.tlog.cosigning import Cosigner, CosignerKey
from parvis.ledger import commands, keys, queries
from parvis.ledger.commands import witnessing
from parvis.ledger.models import Checkpoint, Cosignature, Witness
from tests.ledger.conftest import Tamper, write
from tests.support import ledger as written
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


class Tribunal:
    """A witness that runs, and its place in the journal's list."""

    def __init__(self, folder: Path, name: str) -> None:
        self.home = Home.make(folder, name)
        self.home.trust(str(keys.signer().verifier))
        self.server = WitnessServer(("127.0.0.1", 0), self.home)
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()
        self.keys: list[CosignerKey] = [one.key for one in self.home.cosigners]
        self.id = commands.add_witness(
            url=f"http://127.0.0.1:{self.server.server_port}/", keys=" ".join(map(str, self.keys))
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def tribunal(tmp_path: Path) -> Iterator[Tribunal]:
    write(3)
    commands.sequence()  # the journal has a name from now on
    made = Tribunal(tmp_path / "tribunal", "tribunal.test/1")
    commands.sequence()
    yield made
    made.close()


def grow(count: int = 5) -> int:
    write(count)
    commands.sequence()
    return Checkpoint.objects.order_by("-size").values_list("size", flat=True)[0]


def state() -> queries.WitnessState:
    (found,) = queries.witnesses()
    return found


def published() -> str:
    return Client().get("/journal/checkpoint").content.decode()


def test_a_checkpoint_is_cosigned_and_published_with_its_cosignatures(tribunal: Tribunal) -> None:
    for _ in range(3):
        size = grow()
        assert commands.wake_witnesses() == 1
        assert commands.wake_witnesses() == 0, "it is being asked"
        run_jobs()
        assert (state().size, state().behind, state().failures) == (size, 0, 0)
    note = published()
    assert notes.read(note, keys.known_verifiers()).size == size
    assert cosigning.cosigners(note, tribunal.keys) == set(tribunal.keys)
    assert Cosignature.objects.count() == 3
    assert commands.wake_witnesses() == 0, "nothing new"


def test_a_witness_that_is_down_delays_nothing_and_is_asked_again(tribunal: Tribunal) -> None:
    tribunal.server.server_close()
    start = datetime(2027, 3, 1, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        size = grow()
        pauses = []
        for _ in range(12):
            assert commands.wake_witnesses() == 1
            run_jobs()
            row = Witness.objects.get()
            pauses.append(row.next_at - datetime.now(UTC))
            clock.move_to(row.next_at)
        assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
        assert pauses[-1] == timedelta(hours=1)
        assert "Error" in state().problem
        assert grow() == size + 5
        clock.shift(timedelta(days=2))
        assert journal.witnesses()[0].level is Level.WARNING
    assert notes.read(published(), keys.known_verifiers()).size == size + 5


def test_a_witness_that_knows_more_than_we_remember_is_proved_the_rest(tribunal: Tribunal) -> None:
    """Killed after the witness answered and before its line was kept: the next job finds its size by the 409."""
    grow()
    commands.wake_witnesses()
    run_jobs()
    Witness.objects.update(size=0)
    size = grow()
    commands.wake_witnesses()
    run_jobs()
    assert (state().size, state().failures, state().alarm) == (size, 0, "")


def test_killed_before_keeping_the_line_it_is_asked_again(tribunal: Tribunal, monkeypatch: pytest.MonkeyPatch) -> None:
    size = grow()

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(witnessing, "_keep", killed)
    with pytest.raises(Killed):
        commands.ask_witness(witness_id=tribunal.id)
    monkeypatch.undo()
    assert Cosignature.objects.count() == 0
    commands.ask_witness(witness_id=tribunal.id)
    assert state().size == size
    assert Cosignature.objects.count() == 1


def test_a_killed_job_leaves_its_lease_which_ends(tribunal: Tribunal) -> None:
    grow()
    moment = datetime(2027, 3, 1, 12, tzinfo=UTC)
    with time_machine.travel(moment, tick=False) as clock:
        assert commands.wake_witnesses() == 1
        clock.shift(witnessing.LEASE - timedelta(seconds=1))
        assert commands.wake_witnesses() == 0
        clock.shift(timedelta(seconds=2))
        assert commands.wake_witnesses() == 1
    assert tribunal


def test_two_jobs_at_once_keep_one_line(tribunal: Tribunal) -> None:
    grow()
    from django.db import connection  # noqa: PLC0415 - for the threads

    def ask() -> None:
        try:
            commands.ask_witness(witness_id=tribunal.id)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Cosignature.objects.count() == 1
    assert (state().failures, state().alarm) == (0, "")


def test_a_rewritten_journal_is_an_alarm(tribunal: Tribunal, tamper: Tamper) -> None:
    """The operator rewrites everything with the real key: consistent with itself, and the witness says no."""
    size = grow()
    commands.ask_witness(witness_id=tribunal.id)
    tamper("DELETE FROM ledger_cosignature")
    forget()
    write(size + 9)
    commands.sequence()
    commands.ask_witness(witness_id=tribunal.id)
    assert state().alarm == "fork"
    commands.ask_witness(witness_id=tribunal.id)
    assert written.actions().count("ledger.witness_alarm") == 1, "written once"
    (found,) = journal.witnesses()
    assert found.level is Level.ERROR
    assert "autre passé" in found.message
    commands.clear_alarm(witness_id=tribunal.id)
    assert state().alarm == ""
    commands.ask_witness(witness_id=tribunal.id)
    assert state().alarm == "fork", "its cause is still there"


def test_another_root_of_the_same_size_is_an_alarm(tribunal: Tribunal, tamper: Tamper) -> None:
    size = grow()
    commands.ask_witness(witness_id=tribunal.id)
    tamper("DELETE FROM ledger_cosignature")
    forget()
    write(size)
    commands.sequence()
    assert Checkpoint.objects.get().size == size
    commands.ask_witness(witness_id=tribunal.id)
    assert state().alarm == "fork"


def test_a_journal_cut_short_is_an_alarm(tribunal: Tribunal, tamper: Tamper) -> None:
    size = grow(20)
    commands.ask_witness(witness_id=tribunal.id)
    tamper("DELETE FROM ledger_cosignature")
    tamper("DELETE FROM ledger_checkpoint WHERE size > %s", 3)
    Witness.objects.update(size=0)
    commands.ask_witness(witness_id=tribunal.id)
    assert state().alarm == "ahead"
    assert size > 3


def forget() -> None:
    from django.db import connection  # noqa: PLC0415 - here only

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_entry, ledger_leaf, ledger_tile, ledger_checkpoint, ledger_pending CASCADE")


ANSWERS = {
    "nothing": (200, b""),
    "garbage": (200, b"\xff\xfe"),
    "other key": (200, b"OTHER"),
    "other note": (200, b"NOTE"),
    "future": (200, b"FUTURE"),
    "no size": (409, b"many\n"),
    "huge size": (409, b"9" * 400 + b"\n"),
    "going round": (409, b"1\n"),
    "error": (500, b""),
    "redirection": (302, b""),
    "forbidden": (403, b""),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_witness_that_answers_anything_is_not_believed(kind: str) -> None:
    grow()
    note = Checkpoint.objects.get().note
    mine, other = Cosigner("w.test", bytes(32)), Cosigner("w.test", bytes(31) + b"1")
    lines = {
        b"OTHER": other.cosign(note, at=1_700_000_000),
        b"NOTE": mine.cosign(keys.signer().sign(99, bytes(32)), at=1_700_000_000),
        b"FUTURE": mine.cosign(note, at=2**40),
    }
    status, body = ANSWERS[kind]
    content = lines[body].encode() if body in lines else body

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        witness = commands.add_witness(url=f"http://127.0.0.1:{server.server_port}", keys=str(mine.key))
        commands.ask_witness(witness_id=witness)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert (state().size, state().failures, state().alarm) == (0, 1, ""), state()
    assert Cosignature.objects.count() == 0


def test_a_dropped_witness_is_asked_nothing_more(tribunal: Tribunal) -> None:
    grow()
    commands.drop_witness(witness_id=tribunal.id)
    assert commands.wake_witnesses() == 0
    commands.ask_witness(witness_id=tribunal.id)
    assert queries.witnesses() == []
    assert Cosignature.objects.count() == 0
    with pytest.raises(AbsentError, match="parvis journal witnesses"):
        commands.drop_witness(witness_id=tribunal.id)
    again = commands.add_witness(url="https://tribunal.test", keys=str(tribunal.keys[0]))
    with pytest.raises(ConflictError):
        commands.add_witness(url="https://tribunal.test", keys=" ".join(map(str, tribunal.keys)))
    assert again != tribunal.id


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ftp://tribunal.test", ""),
        ("tribunal.test", ""),
        ("https://tribunal.test/?a=1", ""),
        ("https://tribunal.test", "nonsense"),
        ("https://tribunal.test", str(notes.Signer("w.test", bytes(32)).verifier)),
    ],
)
def test_what_is_no_witness_is_refused(url: str, key: str) -> None:
    with pytest.raises(DomainError):
        commands.add_witness(url=url, keys=key or str(Cosigner("w.test", bytes(32)).key))
    with pytest.raises(DomainError):
        commands.add_witness(url="https://w.test", keys="")


def test_the_best_witnessed_of_the_last_minute_is_published(tribunal: Tribunal) -> None:
    moment = datetime(2027, 3, 1, 12, tzinfo=UTC)
    with time_machine.travel(moment, tick=False) as clock:
        seen = grow()
        commands.ask_witness(witness_id=tribunal.id)
        clock.shift(timedelta(seconds=30))
        newer = grow()
        assert notes.read(published(), keys.known_verifiers()).size == seen
        clock.shift(timedelta(seconds=40))
        newest = grow()
        assert notes.read(published(), keys.known_verifiers()).size == newest
    assert newer < newest


def test_a_healthy_list(tribunal: Tribunal) -> None:
    assert journal.witnesses()[0].level is Level.OK
    assert UUID(str(state().id)) == tribunal.id
    call_command("check")
