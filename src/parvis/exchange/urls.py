"""Addresses of the follow-up desk (bureau de suivi)."""

from django.urls import path

from parvis.exchange import pages

urlpatterns = [
    path("", pages.inbox, name="desk"),
    path("dossiers/<uuid:case_id>/", pages.case_page, name="desk_case"),
    path("dossiers/<uuid:case_id>/annuler/", pages.undo, name="desk_undo"),
    path("dossiers/<uuid:case_id>/pieces/<uuid:attachment_id>/", pages.download, name="desk_document"),
]
