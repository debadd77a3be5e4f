"""The hub over HTTP, for software. Same commands as the pages; `shapes` is the public contract."""

from ninja import Router

from parvis.exchange.api import attachments, bulk, cases, folders, me, notifications, replies, supervision, webhooks

router = Router(tags=["exchange"])
for part in (me, bulk, folders, attachments, notifications, cases, replies, webhooks, supervision):
    router.add_router("", part.router)

__all__ = ["router"]
