"""URLs of sign-in by card. `read` is on the card's own host; the others on the main one."""

from django.urls import path

from parvis.identity.cards import pages

app_name = "cards"
urlpatterns = [
    path("", pages.leave, name="leave"),
    path("lire/", pages.read, name="read"),
    path("retour/", pages.callback, name="callback"),
    path("rattacher/", pages.link, name="link"),
    path("<uuid:card_id>/detacher/", pages.unlink, name="unlink"),
]
