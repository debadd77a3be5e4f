"""Every read of the access context: decisions, the same rule as filters, explanations, lists for administrators."""

from parvis.access.queries.deciding import Decision, may, require
from parvis.access.queries.explaining import Explanation, Miss, Seer, Thing, who, why
from parvis.access.queries.listing import (
    organisations_of,
    organisations_served,
    people_who_read,
    perimeter,
    programs_of,
    rights,
    scope,
)
from parvis.access.queries.reaching import reach
from parvis.access.queries.reviewing import Dormant, dormant, ending_soon, live_grants, pending_grants, to_confirm

__all__ = [
    "Decision",
    "Dormant",
    "Explanation",
    "Miss",
    "Seer",
    "Thing",
    "dormant",
    "ending_soon",
    "live_grants",
    "may",
    "organisations_of",
    "organisations_served",
    "pending_grants",
    "people_who_read",
    "perimeter",
    "programs_of",
    "reach",
    "require",
    "rights",
    "scope",
    "to_confirm",
    "who",
    "why",
]
