"""Addresses of the supervision pages."""

from django.urls import path

from parvis.exchange.console import keys, pages

urlpatterns = [
    path("", pages.board_page, name="board"),
    path("tableau.csv", pages.board_csv, name="board_csv"),
    path("cles/", keys.keys, name="keys"),
    path("cles/<uuid:client_id>/", keys.key, name="key"),
    path("demarches/<str:code>/delais/", pages.thresholds, name="thresholds"),
]
