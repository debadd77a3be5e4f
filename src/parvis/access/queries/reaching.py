"""Whose rows a caller may meet in the database: wider than any decision, so that it never says no in its place."""

from uuid import UUID

from django.conf import settings

from parvis.access.queries.statements import LIVE
from parvis.core import sql
from parvis.core.clock import now, today

# The organisations of one's rights (own, of one's posts, of the units around them) and of one's posts, then those that
# mandated one of these. The operator's own people work for the platform, whichever way they hold the right.
_REACH = f"""
WITH posts AS (
    SELECT post.id, post.organisation_id, coalesce(place.path, root.path, '') AS path
    FROM directory_membership post
    LEFT JOIN directory_unit place ON place.id = post.unit_id
    LEFT JOIN directory_unit root ON root.organisation_id = post.organisation_id AND root.parent_id IS NULL
    WHERE post.account_id = %(principal)s AND post.starts_on <= %(today)s
    AND (post.ends_on IS NULL OR post.ends_on >= %(today)s)
), principals (kind, id) AS (
    SELECT %(kind)s, %(principal)s::uuid
    UNION ALL SELECT 'membership', id FROM posts
    UNION ALL SELECT 'unit', step::uuid FROM posts, unnest(string_to_array(trim(both '/' from path), '/')) AS step
), own AS (
    SELECT held.organisation_id, 'platform:administer' = ANY(held.actions) AND owner.siret = %(operator)s AS platform
    FROM principals
    JOIN access_grant held ON held.principal_kind = principals.kind AND held.principal_id = principals.id
    JOIN directory_organisation owner ON owner.id = held.organisation_id
    WHERE {LIVE.format(row="held")}
    UNION SELECT organisation_id, false FROM posts
)
SELECT organisation_id, platform FROM own
UNION SELECT mandate.organisation_id, false
FROM access_mandate mandate JOIN own ON own.organisation_id = mandate.editor_id
WHERE mandate.revoked_at IS NULL AND mandate.valid_from <= %(now)s AND mandate.valid_to > %(now)s
"""  # noqa: S608 - words of our own


def reach(kind: str, principal: UUID) -> set[UUID] | None:
    """Return the organisations whose rows a person or program may meet in the database; None for the platform's own.

    It bounds what any decision could open, and decides nothing itself (`core.tenancy`). One query.
    """
    values = {
        "kind": kind,
        "principal": principal,
        "now": now(),
        "today": today(),
        "operator": settings.PARVIS_OPERATOR_SIRET,
    }
    rows = sql.fetch(_REACH, values)
    return None if any(platform for _, platform in rows) else {organisation for organisation, _ in rows}
