"""A register comes in from a sheet and its scans: checked whole, written by chunks, resumed after a crash."""

import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.ledger.queries import entries_of
from parvis.preservation import commands, entries, queries
from parvis.preservation.commands import importing
from parvis.preservation.enums import EntryKind, LegalState, RegisterKind
from parvis.preservation.intake.drafts import Draft
from parvis.preservation.models import Entry, Intake, Register, StoredObject
from tests.support.registers import Court, lines, scan, sheet, write_sheet

pytestmark = pytest.mark.django_db


def report(court: Court, folder: Path, text: str, scans: Path | None = None) -> commands.SheetReport:
    path = folder / "s.csv"
    path.write_text(text, encoding="utf-8")
    return commands.check_sheet(register_id=court.register, path=path, scans=scans, actor=court.clerk)


def codes(found: commands.SheetReport) -> list[tuple[int, str]]:
    return [(line, problem.code) for line, problem in found.defects]


def test_acts_pages_and_mentions_come_in(court: Court, tmp_path: Path) -> None:
    assert court.fill(tmp_path, 6, mentions=2, pages=2) == 8
    rows = list(Entry.objects.filter(register_id=court.register).order_by("position"))
    assert [(row.number, row.version, row.kind) for row in rows][5:] == [
        (6, 0, "acte"),
        (1, 1, "mention"),
        (2, 1, "mention"),
    ]
    assert bytes(rows[6].previous or b"") == bytes(rows[0].leaf), "a mention names the entry before it"
    said = entries.read(rows[0].content)
    assert said.data["nom"] == "Bernard"
    assert queries.content_of(said.pages[1].sha256) == scan(11)
    for row in rows:
        assert entries.leaf(row.content, bytes(row.salt)) == bytes(row.leaf)
    told = [one.action for one in entries_of(f"register:{court.register}")]
    assert told == ["preservation.imported", "preservation.entries_added", "preservation.register_opened"]


def test_the_same_sheet_again_adds_nothing(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path)
    assert court.fill(tmp_path) == 0
    assert court.row.size == 7


def test_a_dry_run_writes_nothing(court: Court, tmp_path: Path) -> None:
    path, scans = write_sheet(tmp_path, 4)
    found = commands.check_sheet(register_id=court.register, path=path, scans=scans, actor=court.clerk)
    assert (found.acts, found.others, found.pages, found.wrong) == (4, 1, 4, 0)
    assert not Entry.objects.exists()
    assert not StoredObject.objects.exists()
    assert not Intake.objects.exists()


def test_every_defect_is_named_by_its_line(court: Court, tmp_path: Path) -> None:
    rows = lines(6, mentions=0, pages=0)
    rows[0]["numero"] = "zéro"
    rows[1]["date"] = "31/02/2024"
    rows[2]["date"] = "01/01/1999"
    rows[3]["type"] = "naissance"
    rows[4]["pages"] = "ailleurs.png"
    rows[5]["numero"] = "4"
    rows.append(rows[5] | {"numero": "77", "type": "mention"})
    rows.append(rows[5] | {"numero": "5"})
    rows.append(rows[5] | {"numero": "5"})
    found = report(court, tmp_path, sheet(rows))
    assert codes(found) == [
        (2, "bad_number"),
        (3, "bad_date"),
        (4, "other_year"),
        (5, "unknown_word"),
        (6, "scan_missing"),
        (8, "act_missing"),
        (10, "doubled_number"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nom;date\nMartin;01/01/2024\n", "sheet_columns"),
        ("numero;date;nom;nom\n", "sheet_header"),
        ('numero;date\n1;"01/01/2024\n', "sheet_unreadable"),
        ("", "sheet_columns"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(court: Court, tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        report(court, tmp_path, text)
    assert refusal.value.code == code


def test_another_encoding_is_refused(court: Court, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("numero;date;prénom\n1;01/01/2024;Adèle\n".encode("latin-1"))
    with pytest.raises(DomainError) as refusal:
        commands.check_sheet(register_id=court.register, path=path, scans=None, actor=court.clerk)
    assert refusal.value.code == "sheet_encoding"


@pytest.mark.parametrize(
    ("data", "code"),
    [(scan(1)[:-8], "scan_cut"), (b"MZ" + b"\0" * 200, "scan_format"), (b"\xff\xd8\xff\xe0 cut jpeg", "scan_cut")],
)
def test_a_bad_scan_is_refused(court: Court, tmp_path: Path, data: bytes, code: str) -> None:
    path, scans = write_sheet(tmp_path, 1, mentions=0)
    (scans / "1-0.png").write_bytes(data)
    found = commands.check_sheet(register_id=court.register, path=path, scans=scans, actor=court.clerk)
    assert codes(found) == [(2, code)]
    with pytest.raises(DomainError):
        commands.import_register(register_id=court.register, path=path, scans=scans, actor=court.clerk)
    assert not Entry.objects.exists()


def test_a_path_does_not_leave_the_folder(court: Court, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(scan(9))
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / "link.png").symlink_to(tmp_path / "secret.png")
    rows = lines(2, mentions=0)
    rows[0]["pages"], rows[1]["pages"] = "../secret.png", "link.png"
    assert codes(report(court, tmp_path, sheet(rows), scans)) == [(2, "scan_missing"), (3, "scan_missing")]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_scans_come_in_an_archive_too(court: Court, tmp_path: Path) -> None:
    path, _ = write_sheet(tmp_path, 2)
    scans = zipped(tmp_path / "scans.zip", {"1-0.png": scan(10), "2-0.png": scan(20)})
    assert commands.import_register(register_id=court.register, path=path, scans=scans, actor=court.clerk) == 3


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"bomb.png": b"\0" * 50_000_000}, "zip_bomb"),
        ({"../1-0.png": b"x"}, "zip_path"),
        ({"/etc/1-0.png": b"x"}, "zip_path"),
        ({"a\\..\\1-0.png": b"x"}, "zip_path"),
    ],
)
def test_a_trapped_archive_is_refused(court: Court, tmp_path: Path, members: dict[str, bytes], code: str) -> None:
    path, _ = write_sheet(tmp_path, 1)
    scans = zipped(tmp_path / "trap.zip", members)
    with pytest.raises(DomainError) as refusal:
        commands.check_sheet(register_id=court.register, path=path, scans=scans, actor=court.clerk)
    assert refusal.value.code == code


def test_an_archive_that_lies_about_sizes_is_refused(court: Court, tmp_path: Path) -> None:
    path, _ = write_sheet(tmp_path, 1, mentions=0)
    scans = zipped(tmp_path / "lie.zip", {"1-0.png": b"\0" * 300_000})
    data = scans.read_bytes().replace((300_000).to_bytes(4, "little"), (600).to_bytes(4, "little"))
    scans.write_bytes(data)
    found = commands.check_sheet(register_id=court.register, path=path, scans=scans, actor=court.clerk)
    assert codes(found) == [(2, "zip_damaged")]


def test_a_truncated_archive_is_refused(court: Court, tmp_path: Path) -> None:
    path, _ = write_sheet(tmp_path, 1)
    scans = zipped(tmp_path / "cut.zip", {"1-0.png": scan(10)})
    scans.write_bytes(scans.read_bytes()[:-30])
    with pytest.raises(DomainError) as refusal:
        commands.check_sheet(register_id=court.register, path=path, scans=scans, actor=court.clerk)
    assert refusal.value.code == "scans_unreadable"


def test_nothing_kept_is_changed_or_removed(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 1)
    for act in (
        lambda: Entry.objects.update(number=9),
        lambda: Entry.objects.all().delete(),
        lambda: StoredObject.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            act()


def test_a_mention_is_a_new_entry(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 2)
    before = Entry.objects.get(register_id=court.register, number=1, version=1)
    commands.add_mention(
        register_id=court.register, number="1", text="Annulé", dated=date(2024, 6, 1), actor=court.clerk
    )
    added = Entry.objects.get(register_id=court.register, number=1, version=2)
    assert bytes(added.previous or b"") == bytes(before.leaf)
    with pytest.raises(AbsentError):
        commands.add_mention(
            register_id=court.register, number="1 bis", text="x", dated=date(2024, 6, 1), actor=court.clerk
        )


def test_a_closed_register_takes_mentions_and_no_act(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 2)
    commands.close_register(register_id=court.register, on=date(2024, 12, 31), actor=court.clerk)
    found = report(court, tmp_path, sheet(lines(1, first=3, mentions=0, pages=0)))
    assert codes(found) == [(2, "register_closed_to_acts")]
    with pytest.raises(ConflictError):
        commands.close_register(register_id=court.register, on=date(2024, 12, 31), actor=court.clerk)
    commands.add_mention(register_id=court.register, number="1", text="x", dated=date(2025, 1, 1), actor=court.clerk)


def test_rights_only_the_keeper_of_the_town_writes(court: Court, tmp_path: Path) -> None:
    path, scans = write_sheet(tmp_path, 1)
    for stranger in (court.here.as_foreign_agent, court.reader, court.registrar, court.prosecutor, Actor("anonymous")):
        for attempt in (
            lambda who: commands.check_sheet(register_id=court.register, path=path, scans=scans, actor=who),
            lambda who: commands.import_register(register_id=court.register, path=path, scans=scans, actor=who),
            lambda who: commands.add_mention(
                register_id=court.register, number="1", text="x", dated=date(2024, 1, 1), actor=who
            ),
            lambda who: commands.close_register(register_id=court.register, on=date(2024, 12, 31), actor=who),
            lambda who: commands.open_register(
                organisation=court.here.rennes.id, commune="35238", kind=RegisterKind.DEATH, year=2020, actor=who
            ),
        ):
            with pytest.raises(RefusedError):
                attempt(stranger)
    with pytest.raises(DomainError):
        commands.open_register(
            organisation=court.here.rennes.id, commune="06088", kind=RegisterKind.DEATH, year=2020, actor=court.clerk
        )


def test_the_command_line_says_what_is_wrong(court: Court, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, scans = write_sheet(tmp_path, 2)
    words = ["import_register", str(path), "--commune", "35238", "--kind", "naissance", "--year", "2024"]
    with pytest.raises(CommandError):
        call_command(*words)
    assert "ligne 2 : Le scan « 1-0.png » n’est pas avec les autres." in capsys.readouterr().out
    call_command(*words, "--scans", str(scans))
    assert "3 entrées ajoutées." in capsys.readouterr().out


def test_an_import_cut_short_goes_on(court: Court, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 3)
    path, scans = write_sheet(tmp_path, 8)

    def cut(line: int) -> None:
        if line > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commands.import_register(register_id=court.register, path=path, scans=scans, actor=court.clerk, tell=cut)
    assert 0 < court.row.size < 9
    done = court.row.size
    assert commands.import_register(register_id=court.register, path=path, scans=scans, actor=court.clerk) == 9 - done
    assert [one.position for one in Entry.objects.order_by("position")] == list(range(9))


def test_lines_that_another_run_wrote_are_not_written_again(court: Court, tmp_path: Path) -> None:
    """Mentions have no number of their own to clash: the count of lines is what keeps them from being doubled."""
    court.fill(tmp_path, 2)
    intake = Intake.objects.get()
    again = Draft(EntryKind.MENTION, 1, "", date(2024, 5, 12), LegalState.VALID, {"texte": "Marié"})
    with pytest.raises(ConflictError) as refusal:
        importing._write(intake.id, 2, [again], court.clerk, ())  # noqa: SLF001 - what a second process would do
    assert refusal.value.code == "import_under_way"
    assert court.row.size == 3


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_write_once(court: Court, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    path, scans = write_sheet(tmp_path, 12)
    outcomes: list[object] = []

    def work() -> None:
        try:
            outcomes.append(
                commands.import_register(register_id=court.register, path=path, scans=scans, actor=court.clerk)
            )
        except ConflictError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert court.row.size == 13
    assert Entry.objects.count() == 13
    assert set(map(str, outcomes)) <= {"13", "0", "import_under_way"}


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_lost_nor_doubled(court: Court, tmp_path: Path, settings: object) -> None:
    path, scans = write_sheet(tmp_path, 60, mentions=0)
    name = connection.settings_dict["NAME"]
    here = connection.settings_dict
    url = f"postgresql://{here['USER']}@/{name}?host={here['HOST']}&port={here['PORT']}"
    environment = os.environ | {
        "DATABASE_URL": url,
        "PARVIS_PRESERVATION": str(settings.PRESERVATION_ROOT),  # type: ignore[attr-defined]
        "DJANGO_SETTINGS_MODULE": "parvis.web.settings.test",
    }
    program = (
        "import django; django.setup()\n"
        "from uuid import UUID; from pathlib import Path\n"
        "from parvis.core.actor import SYSTEM\n"
        "from parvis.preservation.commands import importing\n"
        "importing.CHUNK = 2\n"
        f"importing.import_register(register_id=UUID('{court.register}'), path=Path({str(path)!r}),"
        f" scans=Path({str(scans)!r}), actor=SYSTEM)\n"
    )
    for _ in range(2):
        before = Register.objects.get(id=court.register).size
        with subprocess.Popen([sys.executable, "-c", program], env=environment) as process:
            while process.poll() is None and Register.objects.get(id=court.register).size < before + 6:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
    commands.import_register(register_id=court.register, path=path, scans=scans, actor=court.clerk)
    rows = list(Entry.objects.order_by("position"))
    assert [row.number for row in rows] == list(range(1, 61))
    for row in rows:
        for page in entries.read(row.content).pages:
            assert queries.content_of(page.sha256) == scan(row.number * 10)
