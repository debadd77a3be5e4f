"""How the base is doing: how late the replica is, what is bad, when all was last read, which formats are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from parvis.core import sql
from parvis.core.clock import now
from parvis.preservation import formats
from parvis.preservation.models import StoredObject
from parvis.preservation.store import sites

LATE_AFTER = timedelta(hours=24)
"""Décret n° 2017-890, article 13: data brought up to date in less than 24 hours on a distinct site."""


@dataclass(frozen=True, slots=True)
class Health:
    """``behind_since``: the oldest thing that the replica lacks, none when it is up to date."""

    objects: int
    octets: int
    has_replica: bool
    waiting: int
    behind_since: datetime | None
    damaged: int
    lost: int
    read_through: dict[str, datetime | None]

    @property
    def late(self) -> bool:
        """Whether the law's day is over."""
        return self.behind_since is not None and now() - self.behind_since > LATE_AFTER


# What the chain does not hold yet waits since its first entry was written.
_HEALTH = """
SELECT (SELECT count(*) FROM preservation_storedobject),
    (SELECT coalesce(sum(sealed_size), 0)::bigint FROM preservation_storedobject),
    (SELECT count(*) FROM preservation_storedobject WHERE replicated_at IS NULL),
    least(
        (SELECT min(created_at) FROM preservation_storedobject WHERE replicated_at IS NULL),
        (SELECT min(created_at) FROM preservation_link WHERE replicated_at IS NULL),
        (SELECT min(entry.created_at) FROM preservation_register register
         JOIN preservation_entry entry ON entry.register_id = register.id AND entry.position = register.linked
         WHERE register.size > register.linked)
    ),
    (SELECT count(*) FROM preservation_damage WHERE repaired_at IS NULL),
    (SELECT count(*) FROM (
        SELECT FROM preservation_damage WHERE repaired_at IS NULL GROUP BY address HAVING count(*) > 1
    ) both_sites),
    (SELECT max(ended_at) FROM preservation_fixityrun WHERE site = 'primary'),
    (SELECT max(ended_at) FROM preservation_fixityrun WHERE site = 'replica')
"""


def health() -> Health:
    """Look at everything. One query."""
    objects, octets, waiting, behind, damaged, lost, primary, replica = sql.fetch(_HEALTH, {})[0]
    return Health(
        objects=objects,
        octets=octets,
        has_replica=sites.replica() is not None,
        waiting=waiting,
        behind_since=behind,
        damaged=damaged,
        lost=lost,
        read_through={"primary": primary, "replica": replica},
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """How much is kept in a format, and what the format is worth."""

    mime: str
    count: int
    octets: int
    standing: str
    pronom: str


def format_watch() -> list[Watched]:
    """Count what is kept by format, the weakest first."""
    rows = StoredObject.objects.values("mime").annotate(count=Count("pk"), octets=Sum("size"))
    order = {"refused": 0, "watched": 1, "lasting": 2}
    found = []
    for row in rows:
        verdict = formats.WATCH.get(row["mime"], formats.WATCH[formats.OTHER])
        found.append(Watched(row["mime"], row["count"], row["octets"], verdict.standing, verdict.pronom))
    return sorted(found, key=lambda one: (order[one.standing], one.mime))
