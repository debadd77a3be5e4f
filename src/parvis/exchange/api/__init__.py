"""The hub over HTTP, for software. Same commands as the pages; `shapes` is the public contract."""

from ninja import Router

from parvis.exchange.api import attachments, bulk, cases, folders, me, notifications, supervision, webhooks

router = Router(tags=["exchange"])
for part in (me, bulk, folders, attachments, notifications, cases, webhooks, supervision):
    router.add_router("", part.router)

__all__ = ["router"]
