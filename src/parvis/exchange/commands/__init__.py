"""Writes of the exchange context, one function a use case."""

from parvis.exchange.commands.alerts import alert_recipients, send_digests
from parvis.exchange.commands.attachments import Delivery, deliver_attachment, receive_attachment
from parvis.exchange.commands.breaker import CutError, lift_cut
from parvis.exchange.commands.cases import (
    CaseAnswer,
    NewDocument,
    acknowledge,
    acknowledge_many,
    answer_as_applicant,
    move_case,
    open_case,
    read_case,
    receive_document,
)
from parvis.exchange.commands.delivering import SOURCE as REPLIES
from parvis.exchange.commands.delivering import deliver_reply, end_reply, make_replies
from parvis.exchange.commands.deposit_rows import DepositedFolder
from parvis.exchange.commands.deposits import add_document, complete_folder, deposit
from parvis.exchange.commands.events import NewEvent, add_event, delete_event, set_event_state
from parvis.exchange.commands.idempotency import forget_answers
from parvis.exchange.commands.jobs import drop_jobs, retry_jobs
from parvis.exchange.commands.keys import add_key, revoke_key, rotate_key
from parvis.exchange.commands.many_deposits import MAX_DEPOSITS, deposit_many
from parvis.exchange.commands.merging import migrate_cases
from parvis.exchange.commands.organisations import add_organisation, correct_organisation, set_organisation_state
from parvis.exchange.commands.pieces import forget_pieces, receive_piece, upload_progress
from parvis.exchange.commands.replies import AFTERWARDS, MOST_REPLIES, NewReply, send_replies
from parvis.exchange.commands.retention import PurgeReport, note_purged, purge
from parvis.exchange.commands.services import entrust_case, entrust_process
from parvis.exchange.commands.sites import add_site, renew_site, revoke_site
from parvis.exchange.commands.situations import watch_lateness, watch_subscriptions
from parvis.exchange.commands.states import delete_folder, set_case_status, set_folder_status
from parvis.exchange.commands.subscriptions import (
    Reception,
    SubscriptionExistsError,
    SubscriptionRequest,
    activate_subscription,
    apply_subscription,
    reject_subscription,
    request_subscription,
    require_platform,
    subscribe,
    suspend_subscription,
    validate_subscription,
)
from parvis.exchange.commands.thresholds import WATCHED, set_thresholds
from parvis.exchange.commands.undo import undo_state
from parvis.exchange.commands.webhooks import (
    NewEndpoint,
    add_endpoint,
    queue_webhooks,
    remove_endpoint,
    replay_webhook,
    send_webhook,
)
from parvis.exchange.rules import Applicant, Deposit, NewAttachment, NewCase

__all__ = [
    "AFTERWARDS",
    "MAX_DEPOSITS",
    "MOST_REPLIES",
    "REPLIES",
    "WATCHED",
    "Applicant",
    "CaseAnswer",
    "CutError",
    "Delivery",
    "Deposit",
    "DepositedFolder",
    "NewAttachment",
    "NewCase",
    "NewDocument",
    "NewEndpoint",
    "NewEvent",
    "NewReply",
    "PurgeReport",
    "Reception",
    "SubscriptionExistsError",
    "SubscriptionRequest",
    "acknowledge",
    "acknowledge_many",
    "activate_subscription",
    "add_document",
    "add_endpoint",
    "add_event",
    "add_key",
    "add_organisation",
    "add_site",
    "alert_recipients",
    "answer_as_applicant",
    "apply_subscription",
    "complete_folder",
    "correct_organisation",
    "delete_event",
    "delete_folder",
    "deliver_attachment",
    "deliver_reply",
    "deposit",
    "deposit_many",
    "drop_jobs",
    "end_reply",
    "entrust_case",
    "entrust_process",
    "forget_answers",
    "forget_pieces",
    "lift_cut",
    "make_replies",
    "migrate_cases",
    "move_case",
    "note_purged",
    "open_case",
    "purge",
    "queue_webhooks",
    "read_case",
    "receive_attachment",
    "receive_document",
    "receive_piece",
    "reject_subscription",
    "remove_endpoint",
    "renew_site",
    "replay_webhook",
    "request_subscription",
    "require_platform",
    "retry_jobs",
    "revoke_key",
    "revoke_site",
    "rotate_key",
    "send_digests",
    "send_replies",
    "send_webhook",
    "set_case_status",
    "set_event_state",
    "set_folder_status",
    "set_organisation_state",
    "set_thresholds",
    "subscribe",
    "suspend_subscription",
    "undo_state",
    "upload_progress",
    "validate_subscription",
    "watch_lateness",
    "watch_subscriptions",
]
