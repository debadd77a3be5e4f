"""Addresses of the supervision pages."""

from django.urls import path

from parvis.exchange.console import jobs, keys, organisations, pages, processes, sites

urlpatterns = [
    path("", pages.board_page, name="board"),
    path("tableau.csv", pages.board_csv, name="board_csv"),
    path("cles/", keys.keys, name="keys"),
    path("cles/<uuid:client_id>/", keys.key, name="key"),
    path("organismes/", organisations.organisations, name="organisations"),
    path("organismes/nouveau/", organisations.new_organisation, name="organisation_new"),
    path("organismes/<uuid:organisation_id>/", organisations.organisation, name="organisation"),
    path("travaux/", jobs.jobs, name="jobs"),
    path("demarches/", processes.processes, name="processes"),
    path("demarches/<str:code>/", processes.process, name="process"),
    path("sites/", sites.sites, name="sites"),
    path("sites/<uuid:site_id>/", sites.site, name="site"),
    path("demarches/<str:code>/delais/", pages.thresholds, name="thresholds"),
]
