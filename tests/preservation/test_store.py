"""Write-once objects: whole or absent, never written over, found out when a byte changes."""

import hashlib
import io
import os
import subprocess
from pathlib import Path

import pyrage
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.preservation import commands, queries
from parvis.preservation.models import StoredObject
from parvis.preservation.store import sealing
from parvis.preservation.store.folder import FolderSite
from parvis.preservation.store.site import DamagedError, MissingError


def name_of(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def file_of(site: FolderSite, name: bytes) -> Path:
    return site.root / "objects" / name.hex()[:2] / name.hex()[2:]


def damage(site: FolderSite, name: bytes, at: int = 40) -> None:
    path = file_of(site, name)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 0x01
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(0o444)


@pytest.mark.parametrize("count", [1, 40])
def test_an_object_bears_the_sha256_of_its_bytes_and_is_read_only(primary: FolderSite, count: int) -> None:
    objects = {name_of(data): data for data in (f"page {place}".encode() for place in range(count))}
    primary.put(objects)
    assert list(primary.names()) == sorted(objects)
    for name, data in objects.items():
        assert primary.read(name) == data
        assert file_of(primary, name).stat().st_mode & 0o777 == 0o444
    assert list((primary.root / "incoming").iterdir()) == []


def test_coreutils_check_a_site_without_us(primary: FolderSite) -> None:
    primary.put({name_of(b"one"): b"one"})
    path = file_of(primary, name_of(b"one"))
    told = subprocess.run(["/usr/bin/sha256sum", str(path)], check=True, capture_output=True, text=True).stdout
    assert told.split()[0] == path.parent.name + path.name


def test_nothing_is_written_over(primary: FolderSite) -> None:
    name = name_of(b"one")
    primary.put({name: b"one"})
    primary.put({name: b"other bytes under the same name"})
    assert primary.read(name) == b"one"
    assert primary.put_stream(io.BytesIO(b"one")) == name


def test_names_go_on_after_one(primary: FolderSite) -> None:
    objects = {name_of(bytes([place])): bytes([place]) for place in range(20)}
    primary.put(objects)
    known = sorted(objects)
    assert list(primary.names(known[7])) == known[8:]


def test_a_half_written_file_is_never_an_object(primary: FolderSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(Path, "hardlink_to", cut)
    with pytest.raises(OSError, match="power cut"):
        primary.put({name_of(b"one"): b"one"})
    monkeypatch.undo()
    assert list(primary.names()) == []
    assert primary.sweep(older_than=float("inf")) == 1


def test_healing_takes_only_the_right_bytes_and_keeps_the_damaged_file(primary: FolderSite) -> None:
    name = name_of(b"one")
    primary.put({name: b"one"})
    damage(primary, name)
    with pytest.raises(DamagedError):
        primary.heal(name, io.BytesIO(b"two"))
    assert primary.read(name) != b"one"
    primary.heal(name, io.BytesIO(b"one"))
    assert primary.read(name) == b"one"
    assert len(list((primary.root / "damaged").iterdir())) == 1


def test_a_missing_object_says_so(primary: FolderSite) -> None:
    with pytest.raises(MissingError):
        primary.open(bytes(32))


def test_chains_are_read_in_order(primary: FolderSite) -> None:
    for number in (2, 1, 3, 2):
        primary.mark("r", number, bytes([number]) * 32)
    assert primary.chains() == ["r"]
    assert primary.links("r") == [(number, bytes([number]) * 32) for number in (1, 2, 3)]


@pytest.mark.django_db
def test_the_same_content_is_kept_once(primary: FolderSite) -> None:
    first = commands.keep_content(data=b"page", mime="image/png")
    assert commands.keep_content(data=b"page", mime="image/png") == first
    assert len(list(primary.names())) == 1
    assert queries.content_of(first) == b"page"


@pytest.mark.django_db
def test_what_is_on_the_disk_is_sealed_and_another_key_opens_it_too(primary: FolderSite, settings: object) -> None:
    escrow = pyrage.x25519.Identity.generate()
    settings.PRESERVATION_RECIPIENTS = [str(escrow.to_public())]  # type: ignore[attr-defined]
    commands.keep_content(data=b"Camille Martin", mime="text/plain")
    (name,) = primary.names()
    sealed = primary.read(name)
    assert b"Camille" not in sealed
    assert pyrage.decrypt(sealed, [escrow]) == b"Camille Martin"


@pytest.mark.django_db
def test_a_large_file_streams(primary: FolderSite, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(3_000_000))
    sha256 = commands.keep_file(path=path, mime="application/zip")
    assert queries.content_of(sha256) == path.read_bytes()
    with (tmp_path / "back").open("w+b") as back:
        queries.content_to_file(sha256=sha256, target=back)
        assert back.read() == path.read_bytes()


@pytest.mark.django_db
def test_a_damaged_object_is_read_from_the_other_site_or_not_at_all(primary: FolderSite, replica: FolderSite) -> None:
    sha256 = commands.keep_content(data=b"page" * 100, mime="image/png")
    row = StoredObject.objects.get()
    name = bytes(row.address)
    damage(primary, name)
    with pytest.raises(DamagedError):
        queries.content_of(sha256)
    damage(primary, name)  # twice the same bit: good again
    replica.put({name: primary.read(name)})
    damage(primary, name)
    assert queries.content_of(sha256) == b"page" * 100


@pytest.mark.django_db
def test_another_object_in_the_place_of_a_content_is_not_given() -> None:
    sha256 = commands.keep_content(data=b"page 1", mime="image/png")
    commands.keep_content(data=b"page 2", mime="image/png")
    first, second = (bytes(one.address) for one in StoredObject.objects.order_by("created_at"))
    with connection.cursor() as cursor:  # whole and sealed by us, and not what the act commits to
        cursor.execute("UPDATE preservation_storedobject SET sha256 = %s WHERE address = %s", [bytes(32), first])
        cursor.execute("UPDATE preservation_storedobject SET sha256 = %s WHERE address = %s", [sha256, second])
    with pytest.raises(DamagedError):
        queries.content_of(sha256)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(min_value=0, max_value=10_000), bit=st.integers(min_value=0, max_value=7))
def test_any_flipped_bit_is_found_by_the_name_and_by_the_seal(at: int, bit: int) -> None:
    sealed = SEALED
    changed = bytearray(sealed)
    changed[at % len(sealed)] ^= 1 << bit
    assert hashlib.sha256(changed).digest() != hashlib.sha256(sealed).digest()
    with pytest.raises(DamagedError):
        sealing.unseal(bytes(changed))


SEALED = sealing.seal(bytes(range(256)) * 4)
