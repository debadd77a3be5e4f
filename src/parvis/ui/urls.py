"""Addresses of the ui context: the living style page."""

from django.urls import path

from parvis.ui import pages

urlpatterns = [path("style/", pages.style, name="ui_style")]
