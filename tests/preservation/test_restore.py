"""The base back from the distinct site alone: every hash, every signed root, every proof of the journal."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from parvis.core.tlog.notes import Signer
from parvis.ledger import commands as ledger
from parvis.ledger.queries import carried
from parvis.preservation import commands, queries
from parvis.preservation.commands import linking
from parvis.preservation.enums import RegisterKind
from parvis.preservation.models import Deposit, Entry, Link, Register, StoredObject
from parvis.preservation.queries import trees
from parvis.preservation.restoring.report import RestoreReport
from parvis.preservation.store import sealing
from parvis.preservation.store.folder import FolderSite
from tests.preservation.test_store import damage, file_of
from tests.support import registers
from tests.support.killed import environment, run_and_kill
from tests.support.parapheur import Town
from tests.support.registers import Court

pytestmark = pytest.mark.django_db
_TABLES = ["depositmove", "deposit", "link", "entry", "intake", "storedobject", "fixityrun", "damage", "register"]


def lose_everything(settings: Any, place: Path) -> None:
    """The town hall burns: no row and no object of the primary site is left."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE " + ", ".join(f"preservation_{table}" for table in _TABLES))
    settings.PRESERVATION_ROOT = place / "again"


def facts() -> list[Any]:
    rows = Entry.objects.order_by("register__year", "position")
    return [
        list(rows.values_list("register_id", "position", "number", "suffix", "version", "state", "content")),
        [bytes(one) for one in rows.values_list("leaf", flat=True)],
        list(Register.objects.order_by("id").values_list("id", "size", "organisation_id", "closed_on")),
        list(Deposit.objects.order_by("id").values_list("id", "number", "state", "statement", "report")),
        sorted(bytes(one) for one in StoredObject.objects.values_list("sha256", flat=True)),
    ]


def codes(report: RestoreReport) -> set[str]:
    return {fault.code for one in report.registers for fault in one.faults}


def test_all_comes_back_and_is_compared_with_what_was_signed(
    court: Court, town: Town, tmp_path: Path, settings: Any, replica: FolderSite
) -> None:
    court.fill(tmp_path, 5, mentions=2, pages=2)
    registers.close(court)
    registers.accepted(court, town)
    ledger.sequence()
    commands.replicate()
    before = facts()
    lose_everything(settings, tmp_path)
    assert facts() == [[], [], [], [], []]
    report = commands.restore(source=replica)
    (one,) = report.registers
    assert report.wrong == 0, one.faults
    assert (one.entries, one.pages, one.roots, one.signatures, one.proofs) == (7, 10, 1, 1, 1)
    assert facts() == before
    assert commands.restore(source=replica).plain()["objects"] == 0, "again changes nothing"
    assert facts() == before
    assert queries.content_of(bytes(StoredObject.objects.filter(mime="image/png")[0].sha256))
    commands.add_mention(
        register_id=court.register, number="1", text="La vie continue", dated=date(2026, 1, 1), actor=court.clerk
    )
    assert commands.replicate().links == 1


def test_one_register_among_others(court: Court, tmp_path: Path, settings: Any, replica: FolderSite) -> None:
    court.fill(tmp_path, 2)
    other = commands.open_register(
        organisation=court.here.rennes.id, commune="35238", kind=RegisterKind.DEATH, year=2024, actor=court.clerk
    )
    path, scans = registers.write_sheet(tmp_path / "deaths", 3)
    commands.import_register(register_id=other, path=path, scans=scans, actor=court.clerk)
    commands.replicate()
    lose_everything(settings, tmp_path)
    report = commands.restore(source=replica, only="35238/deces/2024/1")
    assert [one.register for one in report.registers] == ["35238/deces/2024/1"]
    assert list(Register.objects.values_list("id", flat=True)) == [other]


@pytest.fixture
def told(court: Court, town: Town, tmp_path: Path, replica: FolderSite) -> Court:
    court.fill(tmp_path, 3)
    registers.close(court)
    registers.accepted(court, town)
    ledger.sequence()
    commands.replicate()
    return court


def test_a_damaged_page_is_named_and_the_rest_comes_back(
    told: Court, tmp_path: Path, settings: Any, replica: FolderSite
) -> None:
    page = StoredObject.objects.filter(mime="image/png").first()
    assert page is not None
    name = bytes(page.address)
    damage(replica, name)
    lose_everything(settings, tmp_path)
    (one,) = commands.restore(source=replica).registers
    assert [(fault.code, fault.where) for fault in one.faults] == [("object_damaged", name.hex())]
    assert one.entries == 4


def test_a_missing_link_is_found(told: Court, tmp_path: Path, settings: Any, replica: FolderSite) -> None:
    (folder,) = (replica.root / "chains").iterdir()
    next(folder.glob("000001-*")).unlink()
    lose_everything(settings, tmp_path)
    assert codes(commands.restore(source=replica)) == {"link_missing"}


def test_a_chain_cut_at_its_end_does_not_reach_the_signed_root(
    told: Court, tmp_path: Path, settings: Any, replica: FolderSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone removes entries and keeps the deposit: the signed size is not reached."""
    deposit = Link.objects.get(kind="deposit")
    (folder,) = (replica.root / "chains").iterdir()
    for mark in folder.iterdir():
        mark.unlink()
    replica.mark(told.register.hex, 1, bytes(deposit.address))
    lose_everything(settings, tmp_path)
    assert codes(commands.restore(source=replica)) == {"link_misplaced"}


def forged(replica: FolderSite, register: str) -> None:
    """Someone who holds the key and the site writes the whole chain again, with another name in an act."""
    links = replica.links(register)
    before = ""
    for number, name in links:
        clear = sealing.unseal(replica.read(name)).replace(b"Bernard", b"Bertrand")
        head, _, rest = clear.partition(b"\n")
        said = json.loads(head) | {"previous": before}
        sealed = sealing.seal(json.dumps(said, ensure_ascii=False).encode() + b"\n" + rest)
        address = hashlib.sha256(sealed).digest()
        replica.put({address: sealed})
        file = replica.root / "chains" / register / f"{number:06}-{name.hex()}"
        file.unlink()
        replica.mark(register, number, address)
        before = address.hex()


def test_a_chain_written_again_does_not_reach_the_signed_root(
    told: Court, tmp_path: Path, settings: Any, replica: FolderSite
) -> None:
    forged(replica, told.register.hex)
    lose_everything(settings, tmp_path)
    assert "root_differs" in codes(commands.restore(source=replica))


def test_a_link_sealed_again_under_the_same_name_is_found(
    told: Court, tmp_path: Path, settings: Any, replica: FolderSite
) -> None:
    _, name = replica.links(told.register.hex)[0]
    path = file_of(replica, name)
    clear = sealing.unseal(path.read_bytes()).replace(b"Bernard", b"Bertrand")
    path.chmod(0o600)
    path.write_bytes(sealing.seal(clear))
    lose_everything(settings, tmp_path)
    assert codes(commands.restore(source=replica)) == {"link_damaged"}


def test_another_journal_does_not_vouch(told: Court, tmp_path: Path, settings: Any, replica: FolderSite) -> None:
    lose_everything(settings, tmp_path)
    (key,) = carried.public_keys()
    stranger = Signer(key.partition("+")[0], bytes(32)).verifier
    assert codes(commands.restore(source=replica, keys=[str(stranger)])) == {"journal_proof_broken"}


def test_a_signature_of_another_statement_is_found(
    told: Court, tmp_path: Path, settings: Any, replica: FolderSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parvis.preservation.restoring.judging.judge", lambda *_, **__: _Failed())
    lose_everything(settings, tmp_path)
    assert codes(commands.restore(source=replica)) == {"signature_not_proved"}


class _Failed:
    passed = False
    indication = "TOTAL-FAILED"
    sub_indication = "HASH_FAILURE"


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_the_replica_is_found_by_the_restore(
    court: Court, tmp_path: Path, settings: Any, replica: FolderSite, data: st.DataObject
) -> None:
    if not list(replica.names()):
        court.fill(tmp_path, 3)
        commands.replicate()
    name = data.draw(st.sampled_from(list(replica.names())))
    path = file_of(replica, name)
    whole = path.read_bytes()
    at = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= 1 << data.draw(st.integers(min_value=0, max_value=7))
    path.chmod(0o600)
    path.write_bytes(changed)
    lose_everything(settings, tmp_path / os.urandom(4).hex())
    report = commands.restore(source=replica)
    path.write_bytes(whole)
    assert report.wrong


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_a_restore(
    court: Court, tmp_path: Path, settings: Any, replica: FolderSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "ENTRIES_A_LINK", 5)
    court.fill(tmp_path, 40)
    commands.replicate()
    before = facts()
    lose_everything(settings, tmp_path)
    program = (
        "from pathlib import Path\nfrom parvis.preservation.commands import restore\n"
        "from parvis.preservation.store.folder import FolderSite\n"
        f"restore(source=FolderSite(Path({str(replica.root)!r}), 'replica'))"
    )
    for links in (2, 5):
        run_and_kill(program, settings, when=lambda most=links: Link.objects.count() >= most)  # type: ignore[misc]
    assert commands.restore(source=replica).wrong == 0
    assert facts() == before


@pytest.mark.django_db(transaction=True)
def test_the_drill_rebuilds_on_an_empty_instance_and_compares(
    court: Court, tmp_path: Path, settings: Any, replica: FolderSite
) -> None:
    court.fill(tmp_path, 5)
    commands.replicate()
    court.fill(tmp_path, 1, first=6, mentions=0)
    drill = [sys.executable, "-m", "parvis", "--data", str(tmp_path / "data"), "restore", "--drill", "--json"]
    done = subprocess.run(drill, env=environment(settings), capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert (done.returncode, report["entries"], report["wrong"]) == (0, 6, 0), done.stderr[-2000:]
    assert report["registers"][0]["root"] == trees.root(court.register, 6).hex()
    assert report["registers"][0]["waiting"] == 1
    assert not list(tmp_path.glob("parvis-drill-*"))
