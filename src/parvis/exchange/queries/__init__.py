"""Reads of the exchange context."""

from parvis.exchange.queries import figures
from parvis.exchange.queries.board import AGE_DAYS, BoardLine, board
from parvis.exchange.queries.cases import (
    CaseCounts,
    TimelineEntry,
    applicant_case,
    case_documents,
    count_cases,
    deposited,
    deposited_folder,
    events_for,
    inbox,
    narrowed,
    notifications,
    notifications_of_folder,
    purgeable,
    recipient_case,
    timeline,
)
from parvis.exchange.queries.parties import (
    is_depositor,
    is_platform,
    platform_depositor,
    receives,
    recipients_by_process,
    subscribed,
    subscriptions,
    subscriptions_of,
)
from parvis.exchange.queries.problems import Problem, problems
from parvis.exchange.queries.subjects import recipients_of
from parvis.exchange.queries.subscribing import (
    STEPS,
    count_steps,
    managed_organisations,
    subscription_seen,
    subscriptions_seen,
)
from parvis.exchange.queries.undoing import Undoable, undoable
from parvis.exchange.queries.webhooks import (
    webhook_deliveries,
    webhook_deliveries_seen,
    webhook_delivery_seen,
    webhook_endpoints,
)

__all__ = [
    "AGE_DAYS",
    "STEPS",
    "BoardLine",
    "CaseCounts",
    "Problem",
    "TimelineEntry",
    "Undoable",
    "applicant_case",
    "board",
    "case_documents",
    "count_cases",
    "count_steps",
    "deposited",
    "deposited_folder",
    "events_for",
    "figures",
    "inbox",
    "is_depositor",
    "is_platform",
    "managed_organisations",
    "narrowed",
    "notifications",
    "notifications_of_folder",
    "platform_depositor",
    "problems",
    "purgeable",
    "receives",
    "recipient_case",
    "recipients_by_process",
    "recipients_of",
    "subscribed",
    "subscription_seen",
    "subscriptions",
    "subscriptions_of",
    "subscriptions_seen",
    "timeline",
    "undoable",
    "webhook_deliveries",
    "webhook_deliveries_seen",
    "webhook_delivery_seen",
    "webhook_endpoints",
]
