"""Importing a release of the official geographic code."""

import lzma
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from parvis.core.actor import SYSTEM
from parvis.core.errors import ConflictError, DomainError
from parvis.directory import cog, commands, queries
from parvis.directory.models import Commune, FormerCommune, Organisation, PlaceKey
from tests.directory.conftest import Release, record

pytestmark = pytest.mark.django_db


def load(source: Path, *, force: bool = False) -> commands.ImportReport:
    return commands.import_communes(source=source, actor=SYSTEM, force=force)


def everything() -> list[object]:
    return [
        list(Commune.objects.order_by("code").values_list()),
        list(FormerCommune.objects.order_by("id").values_list()),
        list(PlaceKey.objects.order_by("id").values_list()),
    ]


def towns(count: int) -> list[dict[str, object]]:
    return [record(f"01{number:03}", f"Village {number}", population=number) for number in range(1, count + 1)]


def test_a_release_is_read_in_full(release: Release) -> None:
    file = release(
        record("01033", "Valserhône", codesPostaux=["01200"], population=16712, anciensCodes=["01126", "01205"]),
        record("01033", "Bellegarde-sur-Valserine", type="commune-deleguee", chefLieu="01033"),
        record("01205", "Lancrans", type="commune-deleguee", chefLieu="01033"),
        record("13055", "Marseille", population=886040),
        record("13201", "Marseille 1er Arrondissement", type="arrondissement-municipal", commune="13055"),
    )
    report = load(file)
    assert (report.read, report.added, report.changed, report.removed) == (5, 3, 0, 0)
    town = Commune.objects.get(code="01033")
    assert (town.name, town.key, town.population, town.postcodes) == ("Valserhône", "valserhone", 16712, ["01200"])
    assert Commune.objects.get(code="13201").parent_id == "13055"
    # 01205 is told once, with its name.
    assert set(FormerCommune.objects.values_list("code", "name", "kind")) == {
        ("01033", "Bellegarde-sur-Valserine", "deleguee"),
        ("01205", "Lancrans", "deleguee"),
        ("01126", "", "ancienne"),
    }


def test_importing_twice_changes_nothing(release: Release) -> None:
    file = release(*towns(30), record("01205", "Lancrans", type="commune-deleguee", chefLieu="01001"))
    load(file)
    before = everything()
    again = load(file)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert everything() == before


def test_a_later_release_changes_adds_and_removes(release: Release) -> None:
    load(release(*towns(40)))
    later = [*towns(39)[1:], record("01001", "Village neuf", population=9, anciensCodes=["01040"])]
    report = load(release(*later))
    assert (report.added, report.changed, report.removed) == (0, 1, 1)
    assert not queries.search_communes("Village 40")
    found = queries.present_commune("01040")
    assert found is not None
    assert found.name == "Village neuf"


def test_a_commune_that_an_organisation_uses_is_kept_but_no_longer_found(release: Release) -> None:
    load(release(*towns(40)))
    Organisation.objects.create(
        kind="commune", name="Mairie", siret="21750001600019", branch_code="01040", commune_id="01040"
    )
    report = load(release(*towns(39)))
    assert (report.removed, report.kept_because_used) == (0, 1)
    assert queries.commune("01040") is None
    assert not queries.search_communes("Village 40")
    # Restored by a later release, it is found again.
    assert load(release(*towns(40))).changed == 1
    assert queries.commune("01040") is not None


def test_a_truncated_release_is_refused_and_changes_nothing(release: Release) -> None:
    load(release(*towns(40)))
    before = everything()
    with pytest.raises(ConflictError, match="37 communes, la base 40") as refusal:
        load(release(*towns(37)))
    assert refusal.value.code == "cog_shrinks"
    assert everything() == before
    assert load(release(*towns(37)), force=True).removed == 3


def test_five_percent_fewer_is_still_a_reform(release: Release) -> None:
    load(release(*towns(40)))
    assert load(release(*towns(38))).removed == 2


def test_a_former_commune_of_nobody_is_refused(release: Release) -> None:
    with pytest.raises(DomainError, match="99999") as refusal:
        load(release(record("01205", "Lancrans", type="commune-deleguee", chefLieu="99999")))
    assert refusal.value.code == "cog_unknown_parent"


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b'[\n{"code": "01001"}\n]',
        b'{"code":1}',
        b'{"code":"01001","nom":"A","type":"hameau"}',
        b"\xff\xfe",
    ],
)
def test_another_file_is_refused_with_its_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "communes.json"
    file.write_bytes(content)
    with pytest.raises(cog.BadSourceError, match="ligne"):
        load(file)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    whole = cog.PACKED.read_bytes()
    file = tmp_path / "communes.jsonl.xz"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(cog.BadSourceError, match="tronquée"):
        load(file)
    assert not Commune.objects.exists()


def test_the_packed_form_says_the_same_as_the_package(release: Release, tmp_path: Path) -> None:
    file = release(*towns(3), record("01205", "Œuvre", type="commune-associee", chefLieu="01001"))
    packed = tmp_path / "packed.jsonl.xz"
    assert cog.pack(file, packed) == 4
    assert list(cog.read(packed)) == list(cog.read(file))
    assert lzma.decompress(packed.read_bytes()).count(b"\n") == 4


def test_the_command_reports_and_refuses_in_one_sentence(release: Release, tmp_path: Path) -> None:
    release(*towns(3))
    out = StringIO()
    call_command("import_communes", source=tmp_path, stdout=out)
    assert "3 communes ajoutées" in out.getvalue()
    with pytest.raises(CommandError, match="introuvable"):
        call_command("import_communes", source=tmp_path / "nowhere")


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_follow_each_other(release: Release) -> None:
    file = release(*towns(300))

    def work() -> commands.ImportReport:
        try:
            return load(file)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        reports = [job.result() for job in [pool.submit(work) for _ in range(3)]]
    assert sorted(report.added for report in reports) == [0, 0, 300]
    assert Commune.objects.count() == 300
