"""Grants hang from one another: what ends one ends those cut from it. All in sets, whatever their number."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from parvis.core import sql

_WITH_CHILDREN = """
WITH RECURSIVE chain AS (
    SELECT id FROM access_grant WHERE id = ANY(%(ids)s)
    UNION SELECT below.id FROM access_grant below JOIN chain ON below.parent_id = chain.id
)"""
_REVOKE = f"""{_WITH_CHILDREN}
UPDATE access_grant SET revoked_at = %(now)s, revoked_by = %(by)s
FROM chain WHERE access_grant.id = chain.id AND access_grant.revoked_at IS NULL
RETURNING access_grant.id"""  # noqa: S608 - names of our own
# The end of a grant is the earliest of its chain: its own, and those of all it hangs from.
_EFFECTIVE = """
WITH RECURSIVE chain AS (
    SELECT top.id, least(top.valid_to, above.effective_to) AS ends_at
    FROM access_grant top LEFT JOIN access_grant above ON above.id = top.parent_id WHERE top.id = ANY(%(ids)s)
    UNION ALL
    SELECT below.id, least(below.valid_to, chain.ends_at)
    FROM access_grant below JOIN chain ON below.parent_id = chain.id
)
UPDATE access_grant SET effective_to = chain.ends_at
FROM chain WHERE access_grant.id = chain.id AND access_grant.effective_to IS DISTINCT FROM chain.ends_at
RETURNING access_grant.id"""
# A perimeter that no longer lies within its parent's: a unit was moved away.
_ASTRAY = """
SELECT child.id FROM access_grant child JOIN access_grant parent ON parent.id = child.parent_id
JOIN directory_unit outer_area ON outer_area.id = parent.unit_id
LEFT JOIN directory_unit inner_area ON inner_area.id = child.unit_id
WHERE child.organisation_id = %(organisation)s AND child.revoked_at IS NULL
AND NOT coalesce(starts_with(inner_area.path, outer_area.path), outer_area.parent_id IS NULL)"""
_SUSPEND = f"""{_WITH_CHILDREN}
UPDATE access_grant SET suspended_at = %(now)s
FROM chain WHERE access_grant.id = chain.id AND access_grant.suspended_at IS NULL
RETURNING access_grant.id"""  # noqa: S608 - names of our own


def revoke(ids: Collection[UUID], *, at: datetime, by: str) -> list[UUID]:
    """Revoke grants and all that hangs from them; return those that were not revoked yet. One statement."""
    return [row[0] for row in sql.fetch(_REVOKE, {"ids": list(ids), "now": at, "by": by})]


def suspend(ids: Collection[UUID], *, at: datetime) -> list[UUID]:
    """Suspend grants and all that hangs from them; return those that were not suspended yet. One statement."""
    return [row[0] for row in sql.fetch(_SUSPEND, {"ids": list(ids), "now": at})]


def settle_ends(ids: Collection[UUID]) -> None:
    """Work out again the effective end of grants and of all that hangs from them. One statement."""
    sql.fetch(_EFFECTIVE, {"ids": list(ids)})


def astray(organisation: UUID) -> list[UUID]:
    """Return the grants whose perimeter left that of their parent. One query."""
    return [row[0] for row in sql.fetch(_ASTRAY, {"organisation": organisation})]
