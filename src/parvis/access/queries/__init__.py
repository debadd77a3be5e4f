"""Every read of the access context: decisions, the same rule as filters, explanations, lists for administrators."""

from parvis.access.queries.deciding import Decision, may, require
from parvis.access.queries.entering import enter
from parvis.access.queries.explaining import (
    Explanation,
    Miss,
    Seer,
    Thing,
    absences_of,
    chain_of,
    mandates_of,
    who,
    why,
)
from parvis.access.queries.listing import (
    administered,
    mandants_of,
    organisations_of,
    organisations_served,
    people_who_read,
    perimeter,
    programs_of,
    rights,
    scope,
    summary,
)
from parvis.access.queries.naming import authors, holders, named, organisations_behind
from parvis.access.queries.reviewing import (
    Dormant,
    dormant,
    ending_soon,
    grants_of,
    live_grants,
    pending_grants,
    to_confirm,
)

__all__ = [
    "Decision",
    "Dormant",
    "Explanation",
    "Miss",
    "Seer",
    "Thing",
    "absences_of",
    "administered",
    "authors",
    "chain_of",
    "dormant",
    "ending_soon",
    "enter",
    "grants_of",
    "holders",
    "live_grants",
    "mandants_of",
    "mandates_of",
    "may",
    "named",
    "organisations_behind",
    "organisations_of",
    "organisations_served",
    "pending_grants",
    "people_who_read",
    "perimeter",
    "programs_of",
    "require",
    "rights",
    "scope",
    "summary",
    "to_confirm",
    "who",
    "why",
]
