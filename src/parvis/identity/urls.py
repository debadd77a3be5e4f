"""URLs of one's own account, beside allauth's."""

from django.urls import path

from parvis.identity import session_pages
from parvis.identity.provider import leaving, pages, towns

urlpatterns = [
    path("appareils/", session_pages.sessions, name="sessions"),
    path("villes/", towns.towns, name="linked_towns"),
    path("villes/quitter/", leaving.confirm, name="openid_leave"),
    path("villes/<slug:key>/", pages.follow, name="openid_follow"),
]
