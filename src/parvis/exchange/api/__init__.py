"""The hub over HTTP, for software. Same commands as the pages; `shapes` is the public contract."""

from ninja import Router

from parvis.exchange.api import attachments, cases, folders, me, notifications, webhooks

router = Router(tags=["exchange"])
for part in (me, folders, attachments, notifications, cases, webhooks):
    router.add_router("", part.router)

__all__ = ["router"]
