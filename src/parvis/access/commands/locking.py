"""One administrator at a time per organisation, and never none left."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parvis.access.queries import statements
from parvis.core import sql
from parvis.core.clock import now
from parvis.core.errors import ConflictError

# People who administer the whole organisation, whatever the way they hold it.
_ADMINISTRATORS = f"""
SELECT DISTINCT coalesce(post.account_id, live.principal_id)
FROM access_grant live
LEFT JOIN directory_unit place ON live.principal_kind = 'unit' AND place.id = live.principal_id
LEFT JOIN directory_membership post ON post.organisation_id = live.organisation_id AND post.state = 'active'
    AND post.starts_on <= %(now)s::date AND (post.ends_on IS NULL OR post.ends_on >= %(now)s::date)
    AND (live.principal_kind = 'membership' AND post.id = live.principal_id
        OR live.principal_kind = 'unit' AND (place.parent_id IS NULL
            OR starts_with((SELECT path FROM directory_unit WHERE id = post.unit_id), place.path)))
LEFT JOIN identity_account person ON person.id = coalesce(post.account_id, live.principal_id)
WHERE live.organisation_id = %(organisation)s AND live.process_code = '*' AND live.unit_id IS NULL
AND 'members:manage' = ANY(live.actions) AND live.condition = '{{}}' AND {statements.LIVE.format(row="live")}
AND (live.principal_kind = 'account' OR post.id IS NOT NULL) AND person.is_active IS NOT FALSE
"""  # noqa: S608 - words of our own


def lock(organisation: UUID) -> None:
    """Hold the organisation until the transaction ends: what the directory's own writes lock too."""
    sql.fetch("SELECT id FROM directory_organisation WHERE id = %(id)s FOR NO KEY UPDATE", {"id": organisation})


def administrators(organisation: UUID, at: datetime | None = None) -> set[UUID]:
    """Return the people who administer the whole of an organisation at a moment, now by default. One query."""
    rows = sql.fetch(_ADMINISTRATORS, {"organisation": organisation, "now": at or now()})
    return {row[0] for row in rows}


@contextmanager
def keeping_an_administrator(organisation: UUID, at: datetime | None = None) -> Iterator[None]:
    """Do a change under lock, and undo it with ConflictError if it takes the last administrator away.

    ``at`` is when the change takes effect, now by default.
    """
    with transaction.atomic():
        lock(organisation)
        some = bool(administrators(organisation))
        yield
        if some and not administrators(organisation, at):
            raise ConflictError(
                "last_administrator",
                "C’est le dernier administrateur de l’organisme. Donnez d’abord ce droit à une autre personne.",
            )
