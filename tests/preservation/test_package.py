"""The package: valid SEDA in three versions, a right bag, and any change found."""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from parvis.core.clock import now
from parvis.preservation import entries, statement
from parvis.preservation.enums import SedaVersion
from parvis.preservation.models import Entry
from parvis.preservation.package import bagit, checking, making
from parvis.preservation.package.checking import Result
from parvis.preservation.queries import trees
from tests.support.registers import Court

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parents[3] / "shared" / "data" / "seda"


def parcel(court: Court, version: SedaVersion = SedaVersion.V23, **changes: Any) -> making.Parcel:
    row = court.row
    said = statement.Statement(
        register=row.label,
        keeper="Mairie de Rennes",
        registry="Greffe",
        number=1,
        size=row.size,
        acts=len(trees.numbers(row.id, row.size)),
        root=trees.root(row.id, row.size),
        on=now().date(),
    )
    values: dict[str, Any] = {
        "identifier": "versement-1",
        "first": 0,
        "last": row.size,
        "statement": statement.write(said).encode(),
        "signature": b"signature",
        "proofs": b"proofs",
        "keeper": ("21350238800019", "Mairie de Rennes"),
        "registry": ("17350005900014", "Greffe"),
        "version": version,
        "at": now(),
    }
    return making.Parcel(**(values | changes))


def made(court: Court, folder: Path, version: SedaVersion = SedaVersion.V23) -> tuple[Path, str]:
    one = parcel(court, version)
    path = folder / f"{version}.zip"
    making.make(court.row, one, path)
    return path, one.statement.decode()


def check(path: Path, expected: str, why: str = "") -> Result:
    return checking.check_package(path, expected=expected, judge=lambda _signature, _content: why)


def codes(result: Result) -> set[str]:
    return {one.code for one in result.anomalies}


def rewritten(path: Path, change: dict[str, bytes | None]) -> Path:
    """The same archive with other files; manifests are not brought up to date."""
    target = path.with_suffix(".changed.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for one in source.infolist():
            name = one.filename.partition("/")[2]
            data = change.get(name, source.read(one))
            if data is not None:
                out.writestr(one.filename, data)
    return target


class _Local(etree.Resolver):
    def resolve(self, url: str, _identifier: str, context: Any) -> Any:  # type: ignore[override]
        found = SCHEMAS / Path(url).name
        if not found.exists() or "http" not in url:
            return None
        return self.resolve_filename(str(found), context)  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", list(SedaVersion))
def test_the_manifest_is_valid_seda(court: Court, tmp_path: Path, version: SedaVersion) -> None:
    if not SCHEMAS.exists():
        pytest.skip("the SEDA schemas are not beside the project")
    court.fill(tmp_path, 4, pages=2)
    path, _ = made(court, tmp_path, version)
    parser = etree.XMLParser()
    parser.resolvers.add(_Local())
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / f"seda-{version}" / f"seda-{version}-main.xsd"), parser))
    with zipfile.ZipFile(path) as archive:
        manifest = etree.fromstring(archive.read("versement-1/data/manifest.xml"))
    schema.assertValid(manifest)
    assert len(manifest.findall(".//{*}BinaryDataObject")) == 4 * 2 + 3


def test_a_package_is_right_and_says_what_it_holds(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 4, mentions=2, pages=2)
    result = check(*made(court, tmp_path))
    assert (result.acts, result.others, result.pages, result.wrong) == (4, 2, 8, 0), result.anomalies


def test_coreutils_check_the_bag(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 2)
    path, _ = made(court, tmp_path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "bag")
    top = tmp_path / "bag" / "versement-1"
    for algorithm in bagit.ALGORITHMS:
        for line in (top / f"manifest-{algorithm}.txt").read_text().splitlines():
            digest, name = line.split("  ")
            assert hashlib.new(algorithm, (top / name).read_bytes()).hexdigest() == digest
    assert bagit.check(bagit.FolderFiles(top))[1] == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("data/content/entrees.jsonl", "bag_altered"),
        ("data/manifest.xml", "bag_altered"),
        ("manifest-sha256.txt", "bag_altered"),
        ("bag-info.txt", "bag_altered"),
        ("bagit.txt", "bag_declaration"),
        ("data/content/bordereau.txt", "statement_differs"),
    ],
)
def test_each_altered_file_is_found(court: Court, tmp_path: Path, name: str, code: str) -> None:
    court.fill(tmp_path, 2)
    path, said = made(court, tmp_path)
    with zipfile.ZipFile(path) as archive:
        data = bytearray(archive.read(f"versement-1/{name}"))
    data[3] ^= 1
    assert code in codes(check(rewritten(path, {name: bytes(data)}), said))


@pytest.mark.parametrize("name", ["data/content/entrees.jsonl", "data/manifest.xml", "tagmanifest-sha512.txt"])
def test_each_missing_file_is_found(court: Court, tmp_path: Path, name: str) -> None:
    court.fill(tmp_path, 2)
    path, said = made(court, tmp_path)
    assert codes(check(rewritten(path, {name: None}), said)) & {"bag_missing", "bag_manifest"}


def test_a_missing_page_is_named_with_its_act(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 3)
    path, said = made(court, tmp_path)
    page = entries.read(Entry.objects.get(number=2, version=0).content).pages[0]
    result = check(rewritten(path, {f"data/{making.page_name(page)}": None}), said)
    assert checking.Anomaly("page_missing", "2", page.sha256.hex()[:16]) in result.anomalies


def rebagged(path: Path, change: Any) -> Path:
    """A bag whose manifests are right over other entries: someone who forges the whole."""
    target = path.with_suffix(".forged.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        writer = bagit.BagWriter(out, "versement-1")
        for one in source.namelist():
            name = one.removeprefix("versement-1/data/")
            if name != one:
                data = source.read(one)
                writer.add(name, [change(data) if name == making.ENTRIES else data])
        writer.close({})
    return target


def test_a_forged_entry_is_found_by_the_root(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 3)
    path, said = made(court, tmp_path)
    forged = rebagged(path, lambda data: data.replace(b"Bernard", b"Bertrand", 1))
    assert codes(check(forged, said)) >= {"root_differs"}


def test_a_removed_entry_is_found(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 3, mentions=0)
    path, said = made(court, tmp_path)
    forged = rebagged(path, lambda data: b"".join(data.splitlines(keepends=True)[:1] + data.splitlines(True)[2:]))
    assert codes(check(forged, said)) >= {"root_differs", "entries_missing", "number_missing", "acts_differ"}


def test_a_signature_that_does_not_hold_is_said(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 1)
    path, said = made(court, tmp_path)
    assert codes(check(path, said, "TOTAL-FAILED HASH_FAILURE")) == {"signature_invalid"}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip" * 50])
def test_what_is_no_package_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert codes(check(path, "")) == {"package_unreadable"}


@pytest.mark.parametrize("name", ["tagmanifest-sha512.txt", "manifest-sha256.txt"])
@pytest.mark.parametrize("at", ["first", "last"])
def test_a_changed_end_of_line_is_found(court: Court, tmp_path: Path, name: str, at: str) -> None:
    court.fill(tmp_path, 1)
    path, said = made(court, tmp_path)
    with zipfile.ZipFile(path) as archive:
        data = bytearray(archive.read(f"versement-1/{name}"))
    data[data.index(b"\n") if at == "first" else len(data) - 1] = 0x0B  # a vertical tab is one bit away
    assert check(rewritten(path, {name: bytes(data)}), said).wrong


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_what_a_package_says_is_found(court: Court, tmp_path: Path, data: st.DataObject) -> None:
    """Any bit of any file; the zip around is not what is deposited, and its own SHA-256 is known besides."""
    if not court.row.size:
        court.fill(tmp_path, 2)
    path = tmp_path / "2.3.zip"
    if not path.exists():
        made(court, tmp_path)
    with zipfile.ZipFile(path) as archive:
        said = archive.read("versement-1/data/content/bordereau.txt").decode()
        name = data.draw(st.sampled_from(archive.namelist()))
        content = bytearray(archive.read(name))
    at = data.draw(st.integers(min_value=0, max_value=len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(min_value=0, max_value=7))
    changed = rewritten(path, {name.partition("/")[2]: bytes(content)})
    assert check(changed, said).wrong


def test_pages_are_written_once_and_as_they_are(court: Court, tmp_path: Path) -> None:
    court.fill(tmp_path, 3)
    path, _ = made(court, tmp_path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
