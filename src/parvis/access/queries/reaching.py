"""Whose rows a caller may meet in the database: wider than any decision, so that it never says no in its place."""

from uuid import UUID

from django.conf import settings

from parvis.access.queries.statements import LIVE
from parvis.core import sql
from parvis.core.clock import now, today

# The organisations of one's rights and of one's posts, then those that mandated one of these.
_REACH = f"""
WITH own AS (
    SELECT held.organisation_id, 'platform:administer' = ANY(held.actions) AND owner.siret = %(operator)s AS platform
    FROM access_grant held JOIN directory_organisation owner ON owner.id = held.organisation_id
    WHERE held.principal_kind = %(kind)s AND held.principal_id = %(principal)s AND {LIVE.format(row="held")}
    UNION SELECT organisation_id, false FROM directory_membership
    WHERE account_id = %(principal)s AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s)
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
