"""Tables of the exchange context."""

from parvis.exchange.models.callers import DownloadBudget, IdempotentAnswer
from parvis.exchange.models.folders import Attachment, AttachmentRecipient, Case, Event, Folder, UploadPiece
from parvis.exchange.models.news import MailAlert, Notification, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from parvis.exchange.models.replies import Reply
from parvis.exchange.models.subscriptions import Situation, Subscription

__all__ = [
    "Attachment",
    "AttachmentRecipient",
    "Case",
    "DownloadBudget",
    "Event",
    "Folder",
    "IdempotentAnswer",
    "MailAlert",
    "Notification",
    "Reply",
    "Situation",
    "Subscription",
    "UploadPiece",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
