"""The client against the served hub: it goes on through failures, and each act is done once."""

import hashlib
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from parvis.client import (
    AbsentError,
    ConflictError,
    DigestError,
    Document,
    ForbiddenError,
    InvalidError,
    NewDeposit,
    Organisation,
    SignatureError,
    SignInError,
    UnavailableError,
    transfers,
    verify,
)
from parvis.exchange import webhooks
from parvis.exchange.models import Event, Folder
from parvis.identity.models import AccessToken
from tests.client.conftest import Hub
from tests.client.flaky import CUT, DOWN, LOST, PASS, first
from tests.support import files
from tests.support.world import PROCESS

BIG = b"%PDF-1.4\n" + os.urandom(600_000) + b"\nstartxref\n0\n%%EOF\n"


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    made = tmp_path / "carte.pdf"
    made.write_bytes(files.PDF)
    return made


@pytest.fixture
def big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document sent in seven pieces, without the megabytes."""
    monkeypatch.setattr(transfers, "IN_ONE_GO", 100_000)
    monkeypatch.setattr(transfers, "PIECE", 100_000)
    made = tmp_path / "grand.pdf"
    made.write_bytes(BIG)
    return made


def test_a_folder_goes_from_depositor_to_town_and_back(hub: Hub, piece: Path, tmp_path: Path) -> None:
    hub.deposited("C-1", ("ji", piece))
    with hub.town as town:
        assert [right.actions for right in town.rights()] == [("case:download", "case:process", "case:read")]
        (note,) = town.notifications()
        case = town.case(note.case)
        (document,) = case.attachments
        digest = town.download(document.id, tmp_path / "out.pdf")
        assert (tmp_path / "out.pdf").read_bytes() == files.PDF
        assert digest == hashlib.sha256(files.PDF).hexdigest()
        town.act(case.id, status="DONE", message="Fait", documents=[Document("a.pdf", files.PDF)])
        assert town.acknowledge([note.id, uuid4()]) == [note.id]
        assert list(town.notifications()) == []
        (event,) = town.events(case.id)
        assert (event.by, event.message, event.attachments[0].name) == ("recipient", "Fait", "a.pdf")
        assert [one.id for one in town.cases(statuses=["DONE"], siret=hub.here.rennes.siret)] == [case.id]
    with hub.depositor as depositor:
        (folder,) = depositor.folders(external_id="C-1")
        assert folder.cases == {case.id: "DONE"}
        assert depositor.folder(folder.id) == folder


def test_many_folders_go_by_the_hundred_and_each_outcome_is_told(hub: Hub, piece: Path, tmp_path: Path) -> None:
    hub.deposited("M-7")
    wanted = [hub.folder(f"M-{number}", *([("ji", piece)] if number == 3 else [])) for number in range(103)]
    with hub.depositor as depositor:
        outcomes = list(depositor.deposit_many(wanted))
    assert [deposit for deposit, _ in outcomes] == wanted
    refused = {deposit.external_id: what for deposit, what in outcomes if isinstance(what, list)}
    assert {number: [one.code for one in why] for number, why in refused.items()} == {"M-7": ["duplicate_external_id"]}
    assert hub.proxy.count("POST /api/v1/folders/bulk") == 2
    assert Folder.objects.filter(status="HUBEE_NOTIFIED").count() == 103, "the one with a document too"


def test_iterators_follow_every_page(hub: Hub) -> None:
    with hub.depositor as depositor:
        for number in range(3):
            hub.deposited(f"P-{number}")
        found = [one["external_id"] for one in depositor._listed("/folders", {"limit": 1})]  # noqa: SLF001
    assert found == ["P-2", "P-1", "P-0"]
    assert hub.proxy.count("GET /api/v1/folders") == 3


@pytest.mark.parametrize("what", [DOWN, LOST])
def test_an_act_whose_answer_is_lost_is_done_once(hub: Hub, what: str, piece: Path) -> None:
    hub.proxy.decide = first(what, "POST /api/v1/folders", 2)
    hub.deposited("L-1", ("ji", piece))
    assert Folder.objects.count() == 1
    hub.proxy.decide = first(what, "POST /api/v1/cases")
    with hub.town as town:
        (note,) = town.notifications()
        town.act(note.case, message="Une seule fois")
        town.acknowledge([note.id])
    assert Event.objects.filter(message="Une seule fois").count() == 1
    assert len(hub.pauses) == 3
    assert all(pause > 0 for pause in hub.pauses)


@pytest.mark.parametrize("what", [DOWN, LOST])
def test_an_upload_goes_on_where_it_stopped(hub: Hub, what: str, big: Path, piece: Path) -> None:
    for line in ("PUT", "PATCH"):
        hub.proxy.decide = first(what, line, 2)
        hub.deposited(f"U-{line}", ("ji", piece), ("jf", big))
    assert hub.proxy.count("PATCH") <= 7 + 7 + 2, "no piece that was kept is sent again"


def test_a_lost_answer_to_the_last_piece_is_understood(hub: Hub, big: Path) -> None:
    seen = []

    def lose_the_last(line: str, _environ: object) -> str:
        seen.append(line)
        return LOST if line.startswith("PATCH") and sum(one.startswith("PATCH") for one in seen) == 7 else PASS

    hub.proxy.decide = lose_the_last
    hub.deposited("U-2", ("ji", big))
    assert Folder.objects.get().attachments.get().state == "RECEIVED"


def test_an_upload_waits_for_the_antivirus_and_sends_nothing_twice(hub: Hub, big: Path, settings: Any) -> None:
    """The hub has every byte and cannot check them yet: what is awaited is its check, not the document."""
    settings.CLAMD = "unix:/nonexistent/clamd"
    seen = []

    def heal(line: str, environ: dict[str, str]) -> str:
        if line.startswith("PATCH"):
            seen.append(int(environ["CONTENT_LENGTH"] or 0))
            if len(seen) == 9:
                settings.CLAMD = ""
        return PASS

    hub.proxy.decide = heal
    hub.deposited("U-3", ("ji", big))
    assert Folder.objects.get().attachments.get().state == "RECEIVED"
    assert sum(seen) == big.stat().st_size
    assert seen[-2:] == [0, 0]
    assert hub.pauses


def test_a_download_cut_twice_goes_on_by_range_and_is_whole(hub: Hub, big: Path, tmp_path: Path) -> None:
    hub.deposited("D-1", ("ji", big))
    asked = []

    def cut(line: str, environ: dict[str, str]) -> str:
        if "/content" not in line or not line.startswith("GET"):
            return PASS
        asked.append(environ.get("HTTP_RANGE", ""))
        return CUT if len(asked) < 3 else PASS

    hub.proxy.decide = cut
    with hub.town as town:
        (note,) = town.notifications()
        town.download(town.case(note.case).attachments[0].id, tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes() == BIG
    assert not (tmp_path / "out.pdf.part").exists()
    assert asked[0] == ""
    assert [one.startswith("bytes=") for one in asked[1:]] == [True, True]


def test_a_part_left_by_another_process_is_used_or_thrown_away(hub: Hub, big: Path, tmp_path: Path) -> None:
    hub.deposited("D-2", ("ji", big))
    part = tmp_path / "out.pdf.part"
    with hub.town as town:
        (note,) = town.notifications()
        document = town.case(note.case).attachments[0].id
        for left in (BIG[:1000], BIG, b"x" * 1000, BIG + b"too long"):
            part.write_bytes(left)
            town.download(document, tmp_path / "out.pdf")
            assert (tmp_path / "out.pdf").read_bytes() == BIG


def test_wrong_bytes_never_become_a_file(
    hub: Hub, piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.deposited("D-3", ("ji", piece))
    monkeypatch.setattr(transfers, "_hashed", lambda _file: bytes(32))
    with hub.town as town:
        (note,) = town.notifications()
        with pytest.raises(DigestError):
            town.download(town.case(note.case).attachments[0].id, tmp_path / "out.pdf")
    assert list(tmp_path.glob("out*")) == []


def test_a_token_that_dies_is_replaced(hub: Hub) -> None:
    with hub.town as town:
        town.rights()
        AccessToken.objects.all().delete()
        assert town.rights()
    assert hub.proxy.count("POST /oauth2/token") == 2


def test_refusals_have_a_kind(hub: Hub) -> None:
    with hub.town as town:
        with pytest.raises(AbsentError):
            town.case(uuid4())
        with pytest.raises(InvalidError) as refused:
            hub.deposited("")
        assert refused.value.errors[0]["field"]
        hub.deposited("R-1")
        with pytest.raises(ConflictError):
            hub.deposited("R-1")
        with pytest.raises(ForbiddenError):
            town.deposit(NewDeposit(PROCESS, "R-2", _ref(hub), [_ref(hub)], "a", "b"))
    with pytest.raises(SignInError), hub.client(("nobody", "nothing")) as nobody:
        nobody.rights()
    assert hub.pauses == [], "a final refusal is not tried again"
    hub.proxy.decide = first(DOWN, "GET", 99)
    with pytest.raises(UnavailableError), hub.town as town:
        town.rights()
    assert len(hub.pauses) == 3


def _ref(hub: Hub) -> Organisation:
    return Organisation(hub.here.operator.siret)


def test_a_message_of_the_hub_is_recognised_and_no_other() -> None:
    secret, body = webhooks.new_secret(), b'{"type":"case.received"}'
    good = {
        "Webhook-Id": "m1",
        "Webhook-Timestamp": "1000",
        "Webhook-Signature": "v1,AAAA " + webhooks.signature(secret, "m1", 1000, body),
    }
    assert verify(secret, good, body, now=1200) == "m1"
    for headers, content, moment in (
        (good, body + b" ", 1000),
        (good, body, 1301),
        (good | {"Webhook-Id": "m2"}, body, 1000),
        (good | {"Webhook-Timestamp": "é"}, body, 1000),
        (good | {"Webhook-Signature": ""}, body, 1000),
        ({}, body, 1000),
    ):
        with pytest.raises(SignatureError):
            verify(secret, headers, content, now=moment)
    with pytest.raises(SignatureError):
        verify(webhooks.new_secret(), good, body, now=1000)
