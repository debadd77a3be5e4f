"""Bring the replica up to date: new links, then the objects it lacks, then the marks that say they are all there.

Killed anywhere, the next run goes on: an object is on the replica once whole and on disk, a mark once its object is.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from parvis.core.clock import now
from parvis.core.errors import ConflictError
from parvis.preservation.commands.damages import note_damage
from parvis.preservation.commands.linking import write_links
from parvis.preservation.enums import DamageKind, SiteName
from parvis.preservation.models import Link, StoredObject
from parvis.preservation.store import sites
from parvis.preservation.store.folder import FolderSite
from parvis.preservation.store.site import DamagedError, MissingError

_OBJECTS_AT_ONCE = 1000
_BYTES_AT_ONCE = 32 * 1024 * 1024


@dataclass(slots=True)
class Replicated:
    """What a run did: objects copied, their bytes sealed, links marked, objects that could not be copied."""

    objects: int = 0
    octets: int = 0
    links: int = 0
    failed: int = 0


def replicate() -> Replicated:
    """Copy what the replica lacks. Raise ConflictError when there is none."""
    target = sites.replica()
    if target is None:
        raise ConflictError(
            "no_replica",
            "Aucun site distinct n’est réglé : indiquez son dossier dans PARVIS_PRESERVATION_REPLICA.",
        )
    write_links()
    done = Replicated()
    source = sites.primary()
    for batch in _batches():
        _copy(batch, source, target, done)
    _mark(source, target, done)
    return done


def _batches() -> Iterator[list[StoredObject]]:
    """What is to be copied, oldest first, each batch of a bounded weight. An object passed over is not met again."""
    after = b""
    while True:
        rows = StoredObject.objects.filter(replicated_at=None, address__gt=after).order_by("address")
        batch: list[StoredObject] = []
        weight = 0
        for row in rows[:_OBJECTS_AT_ONCE]:
            if batch and weight + row.sealed_size > _BYTES_AT_ONCE:
                break
            batch.append(row)
            weight += row.sealed_size
        if not batch:
            return
        yield batch
        after = bytes(batch[-1].address)


def _copy(batch: Sequence[StoredObject], source: FolderSite, target: FolderSite, done: Replicated) -> None:
    copied: dict[bytes, bytes] = {}
    large = []
    for row in batch:
        name = bytes(row.address)
        if row.sealed_size > _BYTES_AT_ONCE:
            large.append(row)
        elif (data := _checked(source, name, done)) is not None:
            copied[name] = data
    target.put(copied)
    for row in large:
        if _stream(source, target, bytes(row.address), done):
            copied[bytes(row.address)] = b""
    StoredObject.objects.filter(address__in=list(copied)).update(replicated_at=now())
    done.objects += len(copied)
    done.octets += sum(row.sealed_size for row in batch if bytes(row.address) in copied)


def _checked(source: FolderSite, name: bytes, done: Replicated) -> bytes | None:
    """The bytes of an object, if they are right: a bad copy is not replicated."""
    try:
        data = source.read(name)
    except MissingError:
        note_damage(name, SiteName.PRIMARY, DamageKind.MISSING)
    else:
        if hashlib.sha256(data).digest() == name:
            return data
        note_damage(name, SiteName.PRIMARY, DamageKind.ALTERED)
    done.failed += 1
    return None


def _stream(source: FolderSite, target: FolderSite, name: bytes, done: Replicated) -> bool:
    try:
        if not target.has(name):
            with source.open(name) as opened:
                target.heal(name, opened)
    except MissingError:
        note_damage(name, SiteName.PRIMARY, DamageKind.MISSING)
    except DamagedError:
        note_damage(name, SiteName.PRIMARY, DamageKind.ALTERED)
    else:
        return True
    done.failed += 1
    return False


def _mark(source: FolderSite, target: FolderSite, done: Replicated) -> None:
    """Mark the links whose object is there, in the order of each chain."""
    held: set[object] = set()
    for link in Link.objects.filter(replicated_at=None).order_by("register_id", "number"):
        name = bytes(link.address)
        if link.register_id in held or not target.has(name):
            held.add(link.register_id)  # the rest of this chain waits for the object that lacks
            continue
        for site in (source, target):
            site.mark(link.register_id.hex, link.number, name)
        with transaction.atomic():
            Link.objects.filter(id=link.id).update(replicated_at=now())
        done.links += 1
