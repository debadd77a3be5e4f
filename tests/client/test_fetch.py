"""`parvis fetch`: what is acknowledged is on disk, whatever stops it and wherever."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from parvis.cli.fetch import writing
from parvis.core.ids import new_id
from parvis.exchange.models import Case, Event, Notification
from tests.client.conftest import Hub
from tests.client.flaky import CUT, first
from tests.core.clusters import ROOT
from tests.support import files
from tests.support.world import PROCESS


def fetch(hub: Hub, *words: str) -> subprocess.Popen[bytes]:
    client_id, secret = hub.town_key
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "PARVIS_HUB_URL": hub.url,
        "PARVIS_CLIENT_ID": client_id,
        "PARVIS_CLIENT_SECRET": secret,
    }
    command = [sys.executable, "-m", "parvis", "fetch", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def fetched(hub: Hub, *words: str) -> tuple[int, str, str]:
    running = fetch(hub, *words)
    out, err = running.communicate(timeout=30)
    return running.returncode, out.decode(), err.decode()


@pytest.fixture
def pieces(tmp_path: Path) -> list[tuple[str, Path]]:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "carte.pdf").write_bytes(files.PDF)
    (folder / "livret.png").write_bytes(files.PNG)
    return [("ji", folder / "carte.pdf"), ("jf", folder / "livret.png")]


def check_taken(into: Path, number: str) -> None:
    """All of a case is there, and nothing else."""
    place = into / PROCESS / number
    described = json.loads((place / "case.json").read_text())
    assert described["external_id"] == number
    contents = [(place / one["file"]).read_bytes() for one in described["files"]]
    assert contents == [files.PDF, files.PNG]
    left = {path.name for path in into.rglob("*") if path.name.endswith(".part") or path.name.startswith(".case")}
    assert left == set()
    assert list((into / ".incoming").iterdir()) == []


def test_new_cases_land_once_and_are_acknowledged(hub: Hub, pieces: list[tuple[str, Path]], tmp_path: Path) -> None:
    into = tmp_path / "in"
    for number in ("F-1", "F-2"):
        hub.deposited(number, *pieces)
    code, out, err = fetched(hub, "--into", str(into), "--json", "--process", PROCESS)
    assert (code, err) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["external_id"], line["documents"]) for line in lines] == [("F-1-01", 2), ("F-2-01", 2)]
    for number in ("F-1-01", "F-2-01"):
        check_taken(into, number)
    assert set(Case.objects.values_list("status", flat=True)) == {"SI_RECEIVED"}
    assert not Notification.objects.filter(recipient=hub.here.rennes).exists()
    downloads = hub.proxy.count("GET /api/v1/attachments")
    assert fetched(hub, "--into", str(into), "--once")[:2] == (0, "0 dossier(s) relevé(s), 0 en échec.\n")
    assert hub.proxy.count("GET /api/v1/attachments") == downloads

    case = str(Case.objects.latest("id").id)
    words = ["answer", "--case", case, "--status", "DONE", "--message", "Fait", "--document", str(pieces[0][1])]
    first_time, again = fetched(hub, *words), fetched(hub, *words)
    assert first_time == again
    assert first_time[0] == 0
    assert Event.objects.filter(message="Fait").count() == 1
    assert Case.objects.get(id=case).status == "DONE"


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_each_step_it_loses_nothing_and_does_nothing_twice(
    hub: Hub, pieces: list[tuple[str, Path]], tmp_path: Path, when: str
) -> None:
    """The n-th run dies at its n-th request, before the hub acts or before its answer is read."""
    into = tmp_path / "in"
    hub.deposited("K-1", *pieces)
    running: list[subprocess.Popen[bytes]] = []
    inner = hub.proxy._inner  # noqa: SLF001
    countdown = [0]

    def deadly(environ: dict[str, Any], start: Any) -> Any:
        countdown[0] -= 1
        if countdown[0] == 0 and when == "before":
            running[-1].send_signal(signal.SIGKILL)
            running[-1].wait()
            start("503 Service Unavailable", [])
            return Closing()
        answer = inner(environ, start)
        if countdown[0] == 0:
            running[-1].send_signal(signal.SIGKILL)
            running[-1].wait()
        return answer

    hub.proxy._inner = deadly  # noqa: SLF001
    deaths = 0
    for step in range(1, 30):
        countdown[0] = step
        running.append(fetch(hub, "--into", str(into), "--once"))
        running[-1].communicate(timeout=30)
        if running[-1].returncode != -signal.SIGKILL:
            break
        deaths += 1
        if not Notification.objects.filter(recipient=hub.here.rennes).exists():
            check_taken(into, "K-1-01")
    assert running[-1].returncode == 0
    assert deaths >= 7, "token, list, case, events, documents, state, acknowledgement"
    check_taken(into, "K-1-01")
    assert not Notification.objects.filter(recipient=hub.here.rennes).exists()
    assert Event.objects.filter(new_status="SI_RECEIVED").count() == 1


class Closing(list[bytes]):
    """An empty answer, as a server gives it."""

    def close(self) -> None:
        """Nothing to close."""


class StoppedError(BaseException):
    """The power went."""


def test_stopped_between_two_writes_it_loses_nothing(
    hub: Hub, pieces: list[tuple[str, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from parvis.cli.fetch.inbox import Inbox  # noqa: PLC0415 - beside what it replaces

    into = tmp_path / "in"
    hub.deposited("W-1", *pieces)
    left = [0]

    def stopping(real: Any) -> Any:
        def act(*words: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise StoppedError
            return real(*words, **named)

        return act

    monkeypatch.setattr(os, "fsync", stopping(os.fsync))
    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, stopping(getattr(Path, name)))
    stops = 0
    for step in range(1, 60):
        left[0] = step
        with suppress(StoppedError), hub.town as town, Inbox(town, into) as inbox:
            list(inbox.take_all())
            break
        stops += 1
        assert Notification.objects.filter(recipient=hub.here.rennes).exists(), "nothing acknowledged before its sync"
        assert Case.objects.get().status == "SENT"
    assert stops >= 8
    check_taken(into, "W-1-01")


def test_a_complement_joins_its_case(hub: Hub, pieces: list[tuple[str, Path]], tmp_path: Path) -> None:
    into = tmp_path / "in"
    made = hub.deposited("E-1", *pieces)
    assert fetched(hub, "--into", str(into))[0] == 0
    with hub.town as town:
        town.act(made.cases[0], status="ADD_AWAITING", message="Il manque une page")
    case = Case.objects.get()
    event = Event.objects.create(
        case=case, transmitter=hub.here.operator, type="ATTACH_DEPOSIT", message="La voici", state="SENT"
    )
    piece = case.folder.attachments.first()
    assert piece is not None
    piece.pk, piece.event = new_id(), event
    piece.save(force_insert=True)
    note = Notification.objects.create(
        recipient=hub.here.rennes, transmitter=hub.here.operator, process=case.process, case=case, event=event
    )
    assert fetched(hub, "--into", str(into))[0] == 0
    described = json.loads((into / PROCESS / "E-1-01" / "case.json").read_text())
    assert described["status"] == "ADD_AWAITING"
    assert [one["message"] for one in described["events"]][-1] == "La voici"
    assert (into / PROCESS / "E-1-01" / "events" / str(event.id) / "carte.pdf").read_bytes() == files.PDF
    assert not Notification.objects.filter(id=note.id).exists()


def test_it_goes_through_cuts_and_says_when_it_cannot(hub: Hub, pieces: list[tuple[str, Path]], tmp_path: Path) -> None:
    into = tmp_path / "in"
    hub.deposited("T-1", *pieces)
    hub.proxy.decide = first(CUT, "GET /api/v1/attachments")
    assert fetched(hub, "--into", str(into))[0] == 0
    check_taken(into, "T-1-01")
    blocked = hub.deposited("T-2", *pieces).cases[0]
    hub.deposited("T-3", *pieces)
    (into / ".incoming" / str(blocked)).write_text("a file where a folder must go")
    code, out, err = fetched(hub, "--into", str(into))
    assert code == 1
    assert str(blocked) in err
    assert "1 dossier(s) relevé(s), 1 en échec." in out
    assert [note.case_id for note in Notification.objects.filter(recipient=hub.here.rennes)] == [blocked]
    (into / ".incoming" / str(blocked)).unlink()
    (into / PROCESS / "T-2-01").mkdir()
    assert fetched(hub, "--into", str(into))[0] == 0, "a folder of another with the same number is left alone"
    check_taken(into, "T-3-01")
    assert (into / PROCESS / f"T-2-01~{blocked}" / "case.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--url", "http://hub.example", "--into", "x"], "https"),
        ([], "--into"),
        (["answer"], "--case"),
        (["answer", "--case", str(new_id())], "--status"),
        (["--secret-file", "/nonexistent", "--into", "x"], "nonexistent"),
        (["answer", "--case", str(new_id()), "--status", "DONE"], "dossier"),
    ],
)
def test_what_is_missing_is_said_in_one_line(hub: Hub, words: list[str], said: str) -> None:
    code, out, err = fetched(hub, *words)
    assert code in (1, 2)
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_two_at_once_in_a_folder_are_refused(hub: Hub, tmp_path: Path) -> None:
    from parvis.cli.fetch.inbox import Inbox  # noqa: PLC0415 - same

    with hub.town as town, Inbox(town, tmp_path):
        code, _, err = fetched(hub, "--into", str(tmp_path))
    assert code == 1
    assert "déjà" in err


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "document"),
        ("a/b\\c:d.pdf", "a_b_c_d.pdf"),
        ("carte.pdf.part", "carte.pdf.part_"),
        ("𝒜" * 119 + ".pdf", "𝒜" * 49 + ".pdf"),
    ],
)
def test_names_cannot_leave_their_folder(given: str, kept: str) -> None:
    assert writing.safe_name(given) == kept
    assert len(writing.safe_name(given).encode()) <= writing.MOST_BYTES
