"""Reads of the exchange context."""

from parvis.exchange.queries.cases import (
    CaseCounts,
    TimelineEntry,
    applicant_case,
    case_documents,
    count_cases,
    inbox,
    notifications,
    notifications_of_folder,
    purgeable,
    recipient_case,
    timeline,
)
from parvis.exchange.queries.parties import is_depositor, platform_depositor, receives, subscribed, subscriptions

__all__ = [
    "CaseCounts",
    "TimelineEntry",
    "applicant_case",
    "case_documents",
    "count_cases",
    "inbox",
    "is_depositor",
    "notifications",
    "notifications_of_folder",
    "platform_depositor",
    "purgeable",
    "receives",
    "recipient_case",
    "subscribed",
    "subscriptions",
    "timeline",
]
