"""Check that every object of a site is still what its name commits to; repair from the other site what is not.

A pass remembers where it is: cut short, killed, or out of its time, the next run goes on from there. What is bad on
both sites is an alarm and is never written over: a third copy may still tell which bytes were right.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from parvis.core.clock import now
from parvis.preservation.commands.damages import note_damage, note_repair
from parvis.preservation.enums import DamageKind, SiteName
from parvis.preservation.models import Damage, FixityRun, StoredObject
from parvis.preservation.store import fixity, sites
from parvis.preservation.store.folder import FolderSite
from parvis.preservation.store.site import DamagedError, MissingError

BATCH = 256


@dataclass(slots=True)
class Scrubbed:
    """What was read: objects, their bytes; what was bad, repaired, and lost (bad on both sites). ``whole`` pass."""

    count: int = 0
    octets: int = 0
    damaged: int = 0
    repaired: int = 0
    lost: int = 0
    whole: bool = False


def scrub(*, site: SiteName, most_bytes_a_second: int = 0, most_seconds: float = 0) -> Scrubbed:
    """Go on with the pass over a site, or begin one. Zero is no limit. A site that is not set is not read."""
    done = Scrubbed()
    place = sites.named(site)
    if place is None:
        return done
    run, _ = FixityRun.objects.get_or_create(site=site, ended_at=None)
    started = time.monotonic()
    while _batch(run.id, place, site, done):
        spent = time.monotonic() - started
        if most_bytes_a_second and done.octets / most_bytes_a_second > spent:
            time.sleep(done.octets / most_bytes_a_second - spent)
        if most_seconds and time.monotonic() - started > most_seconds:
            return done
    done.whole = True
    return done


def _batch(run_id: UUID, place: FolderSite, site: SiteName, done: Scrubbed) -> bool:
    """Check a few objects under the run's lock: of two processes at once, each takes others. False at the end."""
    with transaction.atomic():
        run = FixityRun.objects.select_for_update().get(id=run_id)
        names = [] if run.ended_at else _names(site, bytes(run.cursor))
        before = (done.damaged, done.repaired)
        octets = sum(_check(name, place, site, done) for name in names)
        done.count += len(names)
        done.octets += octets
        run.count += len(names)
        run.octets += octets
        run.damaged += done.damaged - before[0]
        run.repaired += done.repaired - before[1]
        run.cursor = names[-1] if names else run.cursor
        run.ended_at = run.ended_at if names else run.ended_at or now()
        run.save()
    return bool(names)


def _names(site: SiteName, after: bytes) -> Sequence[bytes]:
    """The objects that a site must hold, in order. The replica must hold what it was once given."""
    rows = StoredObject.objects.filter(address__gt=after)
    if site == SiteName.REPLICA:
        rows = rows.filter(replicated_at__isnull=False)
    return [bytes(one) for one in rows.order_by("address").values_list("address", flat=True)[:BATCH]]


def _check(name: bytes, place: FolderSite, site: SiteName, done: Scrubbed) -> int:
    """Check one object and return its size, 0 when it is bad."""
    try:
        octets = fixity.octets_of(place, name)
    except MissingError:
        octets, kind = None, DamageKind.MISSING
    else:
        kind = DamageKind.ALTERED
    if octets is not None:
        return octets
    done.damaged += 1
    note_damage(name, site, kind)
    if repair(name, site):
        done.repaired += 1
    else:
        done.lost += 1
    return 0


def repair(name: bytes, site: SiteName) -> bool:
    """Put the other site's bytes in the place of bad ones, if those are right. Return False, with an alarm, if not."""
    other = SiteName.PRIMARY if site == SiteName.REPLICA else SiteName.REPLICA
    place, source = sites.named(site), sites.named(other)
    if place is None or source is None:
        return False
    try:
        with source.open(name) as good:
            place.heal(name, good)
    except (MissingError, DamagedError, OSError) as error:
        replicated = StoredObject.objects.filter(address=name, replicated_at__isnull=False).exists()
        if other == SiteName.PRIMARY or replicated:
            missing = isinstance(error, MissingError)
            note_damage(name, other, DamageKind.MISSING if missing else DamageKind.ALTERED)
        return False
    note_repair(name, site)
    return True


def repair_known() -> int:
    """Try again what is still bad: a third copy may have been put back by hand. Return how many were repaired."""
    rows = Damage.objects.filter(repaired_at=None).values_list("address", "site")
    return sum(_repair_or_see(bytes(name), SiteName(site)) for name, site in list(rows))


def _repair_or_see(name: bytes, site: SiteName) -> bool:
    place = sites.named(site)
    try:
        if place is not None and fixity.octets_of(place, name) is not None:
            note_repair(name, site)
            return True
    except MissingError:
        pass
    return repair(name, site)
