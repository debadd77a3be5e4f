"""Addresses of the ui context: the living style page and its page patterns."""

from django.urls import path

from parvis.ui import pages

urlpatterns = [
    path("style/", pages.style, name="ui_style"),
    path("style/<slug:name>/", pages.pattern, name="ui_pattern"),
]
