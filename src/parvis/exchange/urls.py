"""Addresses of the follow-up desk (bureau de suivi)."""

from django.urls import path

from parvis.exchange import pages, reply_pages, service_pages, subscription_pages, webhook_pages

urlpatterns = [
    path("", pages.inbox, name="desk"),
    path("abonnements/", subscription_pages.subscriptions, name="subscriptions"),
    path("abonnements/nouveau/", subscription_pages.new_subscription, name="subscription_new"),
    path("abonnements/<uuid:subscription_id>/", subscription_pages.subscription, name="subscription"),
    path("webhooks/", webhook_pages.webhooks, name="webhooks"),
    path("webhooks/<uuid:delivery_id>/", webhook_pages.webhook, name="webhook"),
    path("reponses/", reply_pages.new_replies, name="desk_reply"),
    path("reponses/<uuid:run>/", reply_pages.replies, name="desk_replies"),
    path("dossiers/<uuid:case_id>/", pages.case_page, name="desk_case"),
    path("dossiers/<uuid:case_id>/annuler/", pages.undo, name="desk_undo"),
    path("dossiers/<uuid:case_id>/confier/", service_pages.entrust, name="desk_entrust"),
    path("dossiers/<uuid:case_id>/pieces/<uuid:attachment_id>/", pages.download, name="desk_document"),
]
