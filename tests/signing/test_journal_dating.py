"""The journal's daily timestamp: asked for by an event, chained, checked; it waits while no authority answers."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction

from parvis.cli.checks import Level, journal
from parvis.core.actor import SYSTEM
from parvis.core.errors import ConflictError
from parvis.ledger import commands, keys, queries
from parvis.ledger.models import Checkpoint, Stamp
from parvis.ledger.standalone import program
from parvis.signing import commands as signing_commands
from parvis.signing import installation
from parvis.signing.keys.signer import SignerClient
from parvis.signing.time.client import NoTimeError, TimestampClient
from tests.support.jobs import run_jobs
from tests.support.officers import pem

FIRST = "(SELECT min(checkpoint_id) FROM ledger_stamp)"
pytestmark = pytest.mark.django_db(transaction=True)


def grow() -> int:
    with transaction.atomic():
        commands.record(actor=SYSTEM, action="a.done", subject="x:1")
    commands.sequence()
    return Checkpoint.objects.order_by("-size").values_list("size", flat=True)[0]


def days(count: int) -> None:
    """Live so many days, each with its timestamp."""
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(count):
            grow()
            assert commands.ask_for_stamp()
            run_jobs()
            assert not commands.ask_for_stamp(), "one a day"
            clock.shift(timedelta(hours=24))


def test_each_day_is_dated_over_the_day_before(signing: SignerClient) -> None:
    days(3)
    first, second, third = queries.dated_checkpoints()
    assert first.previous == bytes(32)
    assert len({first.previous, second.previous, third.previous}) == 3
    assert queries.verify(verifiers=keys.known_verifiers()).findings == []
    assert queries.last_dated() is not None
    assert signing


def test_nothing_new_is_not_dated_again(signing: SignerClient) -> None:
    assert not commands.ask_for_stamp(), "an empty journal"
    size = grow()
    commands.ask_for_stamp()
    run_jobs()
    assert not signing_commands.stamp_checkpoint(size=size)
    assert not signing_commands.stamp_checkpoint(size=size + 50)
    assert Stamp.objects.count() == 1
    assert signing


def test_while_no_authority_answers_it_is_asked_again(signing: SignerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise NoTimeError(["all of them"])

    grow()
    with monkeypatch.context() as patched:
        patched.setattr(TimestampClient, "stamp", down)
        for _ in range(3):
            assert commands.ask_for_stamp()
            run_jobs()
            grow()
        assert queries.dated_checkpoints() == []
        with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
            (found,) = journal.dates()
            assert found.level is Level.WARNING
            assert "jamais" in found.message
    assert commands.ask_for_stamp()
    run_jobs()
    assert len(queries.dated_checkpoints()) == 1
    assert journal.dates() == []
    assert signing


def test_what_covers_something_else_is_refused(signing: SignerClient) -> None:
    size = grow()
    other = installation.clock().stamp(bytes(32)).encoded
    for token in (other, b"", b"garbage"):
        with pytest.raises(ConflictError, match="ne couvre pas"):
            commands.keep_stamp(size=size, token=token)
    assert signing


def test_of_two_at_once_one_follows_the_last(signing: SignerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the same last timestamp; the database keeps one, and the chain never forks."""
    one = grow()
    two = grow()
    clock = installation.clock()
    real = clock.stamp

    def slow(digest: bytes, algorithm: str = "sha256") -> object:
        token = real(digest, algorithm)
        monkeypatch.setattr(clock, "stamp", real)
        assert signing_commands.stamp_checkpoint(size=two)
        return token

    monkeypatch.setattr(clock, "stamp", slow)
    assert not signing_commands.stamp_checkpoint(size=one)
    assert [row.size for row in queries.dated_checkpoints()] == [two]
    assert queries.verify(verifiers=keys.known_verifiers()).findings == []
    assert signing


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE ledger_stamp SET token = set_byte(token, 300, 7) WHERE checkpoint_id = {FIRST}",  # noqa: S608 - a constant
        f"UPDATE ledger_stamp SET previous = sha256('x') WHERE checkpoint_id <> {FIRST}",  # noqa: S608 - a constant
        f"DELETE FROM ledger_stamp WHERE checkpoint_id = {FIRST}",  # noqa: S608 - a constant
    ],
)
def test_a_changed_date_is_named(signing: SignerClient, change: str) -> None:
    days(2)
    with connection.cursor() as cursor:
        for act in ("change", "delete"):
            cursor.execute(f"ALTER TABLE ledger_stamp DISABLE TRIGGER ledger_stamp_{act}")
        try:
            cursor.execute(change)
        finally:
            for act in ("change", "delete"):
                cursor.execute(f"ALTER TABLE ledger_stamp ENABLE TRIGGER ledger_stamp_{act}")
    assert [found.code for found in queries.verify(verifiers=keys.known_verifiers()).findings] == ["stamp_forged"]
    assert signing


def test_dates_are_exported_and_verified_alone(
    signing: SignerClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days(3)
    call_command("verify_ledger", "--export", str(tmp_path / "log"))
    (tmp_path / "root.pem").write_bytes(pem(installation.demo().root.certificate))
    words = ("log", str(tmp_path / "log"), "--key", str(keys.signer().verifier))
    trusted = (*words, "--tsa-root", str(tmp_path / "root.pem"))
    assert program.main(words) == 3
    assert program.main(trusted) == 0
    assert "3 horodatages enchaînés" in capsys.readouterr().out
    file = tmp_path / "log" / "stamps.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    token = bytearray(base64.b64decode(rows[1]["token"]))
    for broken in (rows[1:], rows[:1] + rows[2:], rows[::-1], [{**rows[0], "size": rows[1]["size"]}, *rows[1:]]):
        file.write_text("".join(json.dumps(row) + "\n" for row in broken), encoding="utf-8")
        assert program.main(trusted) == 1, broken
    for place in range(0, len(token), 101):
        changed = bytes(token[:place]) + bytes([token[place] ^ 1]) + bytes(token[place + 1 :])
        row = {**rows[1], "token": base64.b64encode(changed).decode()}
        file.write_text("".join(json.dumps(one) + "\n" for one in (rows[0], row, rows[2])), encoding="utf-8")
        assert program.main(trusted) == 1, place
    assert signing
