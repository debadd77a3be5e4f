"""URLs of one's own account, beside allauth's."""

from django.urls import path

from parvis.identity import session_pages

urlpatterns = [path("appareils/", session_pages.sessions, name="sessions")]
