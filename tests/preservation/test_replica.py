"""The replica under a day; what is damaged found, healed from the other site, and never with wrong bytes."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from parvis.core.clock import now
from parvis.core.errors import ConflictError
from parvis.ledger.models import Entry as JournalEntry
from parvis.preservation import chain, commands, queries
from parvis.preservation.commands import linking, replicating, scrubbing
from parvis.preservation.enums import DamageKind, SiteName
from parvis.preservation.models import Damage, FixityRun, Link, Register, StoredObject
from parvis.preservation.store import sealing
from parvis.preservation.store.folder import FolderSite
from tests.preservation.test_store import damage, file_of
from tests.support import registers
from tests.support.jobs import run_jobs
from tests.support.killed import run_and_kill
from tests.support.parapheur import Town
from tests.support.registers import Court

pytestmark = pytest.mark.django_db


def addresses() -> list[bytes]:
    return sorted(bytes(one) for one in StoredObject.objects.values_list("address", flat=True))


def test_the_replica_holds_all_and_the_chain_says_it(
    court: Court, tmp_path: Path, primary: FolderSite, replica: FolderSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "ENTRIES_A_LINK", 4)
    court.fill(tmp_path, 6)
    done = commands.replicate()
    assert (done.objects, done.links, done.failed) == (8, 2, 0)
    assert list(replica.names()) == list(primary.names()) == addresses()
    links = replica.links(court.register.hex)
    assert [number for number, _ in links] == [1, 2]
    heads = [chain.read(sealing.unseal(replica.read(name)))[0] for _, name in links]
    assert [(head.first, head.last) for head in heads] == [(0, 4), (4, 7)]
    assert heads[1].previous == links[0][1].hex()
    assert commands.replicate() == replicating.Replicated()


def test_only_what_is_new_is_copied(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 2)
    commands.replicate()
    court.fill(tmp_path, 1, first=3, mentions=0)
    assert commands.replicate().objects == 2, "one page, one link"


def test_without_a_replica_it_says_so(settings: Any) -> None:
    settings.PRESERVATION_REPLICA = ""
    with pytest.raises(ConflictError):
        commands.replicate()
    assert not queries.health().has_replica


def test_how_late_the_replica_is(court: Court, tmp_path: Path) -> None:
    assert queries.health().behind_since is None
    court.fill(tmp_path, 2)
    before = queries.health()
    assert before.behind_since is not None
    assert not before.late
    StoredObject.objects.update(created_at=now() - timedelta(hours=25))
    assert queries.health().late
    commands.replicate()
    assert queries.health().behind_since is None
    assert queries.health().waiting == 0


def test_a_bad_object_is_not_replicated(court: Court, tmp_path: Path, primary: FolderSite, replica: FolderSite) -> None:
    court.fill(tmp_path, 2)
    bad = addresses()[0]
    damage(primary, bad)
    done = commands.replicate()
    assert done.failed == 1
    assert not replica.has(bad)
    assert Damage.objects.get().site == SiteName.PRIMARY
    assert queries.health().waiting == 1


def test_a_chain_is_marked_as_far_as_its_objects_are_there(
    court: Court, tmp_path: Path, primary: FolderSite, replica: FolderSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "ENTRIES_A_LINK", 2)
    court.fill(tmp_path, 5)
    linking.write_links()
    second = Link.objects.get(number=2)
    damage(primary, bytes(second.address))
    commands.replicate()
    assert [number for number, _ in replica.links(court.register.hex)] == [1]


@pytest.mark.parametrize("site", list(SiteName))
def test_a_flipped_bit_is_found_and_healed_from_the_other_site(
    court: Court, tmp_path: Path, primary: FolderSite, replica: FolderSite, site: SiteName
) -> None:
    court.fill(tmp_path, 4)
    commands.replicate()
    place = {"primary": primary, "replica": replica}[site]
    whole = {name: place.read(name) for name in addresses()}
    first, second = random.Random(7).sample(addresses(), 2)  # noqa: S311 - no secret
    damage(place, first, at=123)
    file_of(place, second).unlink()
    done = commands.scrub(site=site)
    assert (done.count, done.damaged, done.repaired, done.lost, done.whole) == (len(whole), 2, 2, 0, True)
    assert {name: place.read(name) for name in addresses()} == whole
    kinds = {bytes(one.address): one.kind for one in Damage.objects.all()}
    assert kinds == {first: DamageKind.ALTERED, second: DamageKind.MISSING}
    told = JournalEntry.objects.filter(subject=f"object:{first.hex()}").order_by("id").values_list("action", flat=True)
    assert list(told) == ["preservation.damage_found", "preservation.damage_repaired"]
    assert queries.health().damaged == 0


def test_bad_on_both_sites_is_an_alarm_and_is_never_written_over(
    court: Court, tmp_path: Path, primary: FolderSite, replica: FolderSite
) -> None:
    court.fill(tmp_path, 2)
    commands.replicate()
    bad = addresses()[0]
    good = primary.read(bad)
    damage(primary, bad, at=10)
    damage(replica, bad, at=20)
    wrong = primary.read(bad), replica.read(bad)
    done = commands.scrub(site=SiteName.PRIMARY)
    assert (done.repaired, done.lost) == (0, 1)
    assert (primary.read(bad), replica.read(bad)) == wrong
    assert queries.health().lost == 1
    file_of(replica, bad).unlink()
    file_of(replica, bad).write_bytes(good)  # someone brings a third copy back
    assert commands.repair_known() == 2
    assert primary.read(bad) == good
    assert queries.health().damaged == 0


def test_a_pass_cut_short_goes_on(court: Court, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "BATCH", 2)
    court.fill(tmp_path, 6)
    first = commands.scrub(site=SiteName.PRIMARY, most_seconds=1e-9)
    assert (first.count, first.whole) == (2, False)
    second = commands.scrub(site=SiteName.PRIMARY)
    assert (second.count, second.whole) == (len(addresses()) - 2, True)
    run = FixityRun.objects.get()
    assert run.count == len(addresses())
    assert run.ended_at is not None


def test_a_pass_may_be_slow_on_purpose(court: Court, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    court.fill(tmp_path, 2)
    done = commands.scrub(site=SiteName.PRIMARY, most_bytes_a_second=100)
    assert sum(slept) == pytest.approx(done.octets / 100, rel=0.1)


def test_formats_are_counted_and_judged(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 3)
    commands.keep_content(data=b"\xff\xd8\xff\xd9", mime="image/jpeg")
    found = {one.mime: (one.count, one.standing) for one in queries.format_watch()}
    assert found == {"image/png": (3, "lasting"), "image/jpeg": (1, "watched")}


def test_a_deposit_is_told_at_each_of_its_states(court: Court, town: Town, tmp_path: Path, replica: FolderSite) -> None:
    court.fill(tmp_path, 2)
    registers.close(court)
    row = registers.deposited(court, town)
    commands.replicate()
    commands.ask_verification(deposit_id=row.id, actor=court.registrar)
    run_jobs()
    commands.accept_deposit(deposit_id=row.id, actor=court.registrar)
    commands.replicate()
    found = [chain.read(sealing.unseal(replica.read(name))) for _, name in replica.links(court.register.hex)]
    assert [head.carries for head, _ in found] == ["entries", "deposit", "deposit"]
    assert [next(lines)["state"] for head, lines in found if head.carries == "deposit"] == ["deposited", "accepted"]


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_a_copy(
    court: Court, tmp_path: Path, settings: Any, primary: FolderSite, replica: FolderSite
) -> None:
    court.fill(tmp_path, 40)
    program = (
        "from parvis.preservation.commands import replicating\n"
        "replicating._BYTES_AT_ONCE = 3000\nreplicating.replicate()"
    )
    for copies in (3, 12):
        run_and_kill(program, settings, when=lambda most=copies: len(list(replica.names())) >= most)  # type: ignore[misc]
        for name in replica.names():
            assert replica.read(name) == primary.read(name), "nothing half-written is an object"
        for number, name in replica.links(court.register.hex):
            assert number
            assert replica.has(name)
    commands.replicate()
    assert list(replica.names()) == list(primary.names())
    assert not Link.objects.filter(replicated_at=None).exists()
    assert Register.objects.get().linked == 41


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_a_pass(
    court: Court, tmp_path: Path, settings: Any, primary: FolderSite, replica: FolderSite
) -> None:
    court.fill(tmp_path, 40)
    commands.replicate()
    whole = {name: primary.read(name) for name in primary.names()}
    for name in list(whole)[::3]:
        damage(primary, name)
    program = "from parvis.preservation.commands import scrubbing\nscrubbing.BATCH = 2\nscrubbing.scrub(site='primary')"
    run_and_kill(program, settings, when=lambda: FixityRun.objects.filter(count__gte=6).exists())
    commands.scrub(site=SiteName.PRIMARY)
    assert {name: primary.read(name) for name in primary.names()} == whole
    assert FixityRun.objects.get().count == len(whole)
    assert not Damage.objects.filter(repaired_at=None).exists()
