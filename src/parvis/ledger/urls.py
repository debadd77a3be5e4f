"""Addresses of the published journal (C2SP tlog-tiles)."""

from django.urls import path

from parvis.ledger import pages

urlpatterns = [
    path("checkpoint", pages.checkpoint, name="journal_checkpoint"),
    path("keys", pages.public_keys, name="journal_keys"),
    path("policy", pages.policy, name="journal_policy"),
    path("tile/<path:path>", pages.tile, name="journal_tile"),
]
