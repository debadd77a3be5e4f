"""The journal over HTTP, as C2SP tlog-tiles describes it."""

import json
from uuid import UUID, uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from parvis.cli.bench.meters import sql
from parvis.core.actor import SYSTEM, Actor
from parvis.core.tlog import merkle, notes, tiles
from parvis.ledger import commands, keys, queries
from parvis.ledger.models import Entry
from tests.ledger.conftest import write

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(path: str) -> bytes:
    answer = Client().get(f"/journal/{path}")
    assert answer.status_code == 200, path
    assert not answer.cookies
    return bytes(answer.content)


def tile(level: int, number: int, size: int) -> bytes:
    width = min(merkle.TILE_WIDTH, (size >> 8 * level) - number * merkle.TILE_WIDTH)
    return fetched(tiles.tile_path(level, number, width)) if width > 0 else b""


def test_a_stranger_rebuilds_the_tree_from_what_is_published(journal: list[UUID]) -> None:
    seen = notes.read(fetched("checkpoint").decode(), keys.known_verifiers())
    assert seen.size == len(journal) == 600
    builder = merkle.Builder()
    for number, width in ((0, 256), (1, 256), (2, 88)):
        entries = list(tiles.unbundle(fetched(tiles.tile_path("entries", number, width))))
        assert len(entries) == width
        for entry in entries:
            builder.append(merkle.leaf_hash(entry))
    assert builder.root() == seen.root
    assert {place: tile(*place, 600) for place in builder.changed()} == merkle_tiles(builder, 600)
    tree = merkle.Tree(lambda level, number: tile(level, number, 600))
    proof = tree.inclusion(577, 600)
    leaf = merkle.leaf_hash(bytes(Entry.objects.get(id=journal[577]).digest))
    assert merkle.root_from_inclusion(leaf, 577, 600, proof) == seen.root


def merkle_tiles(builder: merkle.Builder, size: int) -> dict[merkle.Tile, bytes]:
    again = merkle.Builder()
    for number in range(-(-size // 256)):
        for entry in merkle.split(tile(0, number, size)):
            again.append(entry)
    assert again.root() == builder.root()
    return again.changed()


def test_headers_suit_caches(journal: list[UUID]) -> None:
    client = Client()
    client.cookies["parvis"] = "a-session-key-of-some-visitor"
    checkpoint = client.get("/journal/checkpoint")
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint["Cache-Control"] == "no-cache"
    for path in ("tile/0/000", "tile/0/002.p/88", "tile/entries/001"):
        answer = client.get(f"/journal/{path}", headers={"accept-language": "en"})
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Vary" not in answer
        assert not answer.cookies
        again = client.get(f"/journal/{path}", headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    for method in ("post", "put", "delete"):
        assert getattr(Client(enforce_csrf_checks=True), method)("/journal/checkpoint").status_code == 405
    assert client.head("/journal/tile/0/000").status_code == 200
    assert journal


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/002",  # not full yet
        "tile/0/002.p/89",
        "tile/0/003.p/1",
        "tile/2/000.p/1",  # 600 entries have no third level
        "tile/64/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/x00/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/08",
        "tile/0/000/",
        "tile/0/-01",
        "tile/0/٠٠٠",
        "tile/entries/002",
        "tile/entries/002.p/89",
        "tile/entries/x999/x999/x999/x999/x999/999",
        "tile/data/000",
        "tile/",
        "nothing",
    ],
)
def test_what_does_not_exist_is_not_found(journal: list[UUID], path: str) -> None:
    assert Client().get(f"/journal/{path}").status_code == 404
    assert journal


def test_an_empty_journal_publishes_nothing() -> None:
    assert Client().get("/journal/checkpoint").status_code == 404
    assert Client().get("/journal/tile/0/000").status_code == 404


def test_each_resource_is_one_query_whatever_the_length(journal: list[UUID]) -> None:
    client = Client()
    client.get("/journal/keys")
    for path in ("checkpoint", "tile/0/001", "tile/entries/000", "tile/entries/002.p/80"):
        with sql.watched() as seen:
            assert client.get(f"/journal/{path}").status_code == 200
        assert seen.count == 1, seen.texts
    assert journal


def test_nothing_published_says_who_did_what_and_erasing_changes_nothing() -> None:
    person = uuid4()
    actor = Actor("account", id=uuid4(), label="Ève Martin")
    with_person = [
        commands.NewEntry(
            actor=actor, action="a.read", subject=f"case:{uuid4()}", details={"nom": "Camille Durand"}, about=person
        )
    ]
    from django.db import transaction  # noqa: PLC0415 - here only

    with transaction.atomic():
        commands.record_many(with_person)
    write(255)
    commands.sequence()
    before = {path: fetched(path) for path in ("tile/0/000", "tile/entries/000", "checkpoint", "tile/1/000.p/1")}
    entry = Entry.objects.get(about=person)
    private = rows_of(entry)
    published = b"".join(before.values())
    for value in private:
        assert value not in published
    commands.erase_about(about=person, actor=SYSTEM, legal_basis="RGPD, article 17")
    assert {path: fetched(path) for path in before} == before
    commands.sequence()
    assert queries.verify(verifiers=keys.known_verifiers()).findings == []


def rows_of(entry: Entry) -> list[bytes]:
    """Everything that the entry says, and both secrets, as text and as bytes."""
    said = [entry.actor_label, entry.action, entry.subject, entry.details, *json.loads(entry.details).values()]
    ids = [one for one in (entry.id, entry.about, entry.actor_id) if one is not None]
    secrets = [bytes(entry.salt or b""), bytes(entry.private_digest)]
    texts = [*said, *map(str, ids), *(one.hex() for one in [*secrets, *(one.bytes for one in ids)])]
    return [text.encode() for text in texts] + secrets + [one.bytes for one in ids]


@given(st.integers(0, 10**15), st.integers(1, 256), st.sampled_from([0, 1, 63, "entries"]))
def test_a_path_is_read_back(number: int, width: int, level: int | str) -> None:
    found = tiles.read_path(tiles.tile_path(level, number, width))
    assert found == tiles.TilePath(None if level == "entries" else int(level), number, width)


@given(st.text(alphabet="tile/0123456789x.pentries", max_size=40))
def test_only_the_one_spelling_is_read(text: str) -> None:
    found = tiles.read_path(text)
    assert (
        found is None
        or tiles.tile_path("entries" if found.level is None else found.level, found.number, found.width) == text
    )


@given(st.lists(st.binary(max_size=40), max_size=10), st.integers(0, 20))
def test_a_bundle_is_read_back_and_a_cut_one_loses_its_end(entries: list[bytes], cut: int) -> None:
    data = tiles.bundle(entries)
    assert list(tiles.unbundle(data)) == entries
    kept = list(tiles.unbundle(data[: max(0, len(data) - cut)]))
    assert kept == entries[: len(kept)]
