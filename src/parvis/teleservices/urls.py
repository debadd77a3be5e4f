"""Addresses of the citizen's side."""

from django.urls import path

from parvis.teleservices import pages

urlpatterns = [
    path("demarches/", pages.services, name="services"),
    path("demarches/<slug:service>/", pages.start, name="service"),
    path("mon-espace/", pages.dashboard, name="dashboard"),
    path("mon-espace/consultations/", pages.consultations, name="consultations"),
    path("reprise/", pages.resume, name="resume"),
    path("demandes/<uuid:request_id>/", pages.request_page, name="request"),
    path("demandes/<uuid:request_id>/pieces/", pages.pieces, name="request_pieces"),
    path("demandes/<uuid:request_id>/recapitulatif/", pages.summary, name="request_summary"),
    path("demandes/<uuid:request_id>/supprimer/", pages.abandon, name="request_abandon"),
    path("demandes/<uuid:request_id>/documents/<uuid:attachment_id>/", pages.download, name="request_document"),
    path("demandes/<uuid:request_id>/<slug:slug>/", pages.step, name="request_step"),
]
