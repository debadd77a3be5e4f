"""Addresses of the pages of rights."""

from django.urls import path

from parvis.access.pages import acting, people, places, rights, watching

app_name = "access"
_ONE = "<uuid:organisation_id>/"
urlpatterns = [
    path("", places.organisations, name="organisations"),
    path("agir-pour/", acting.act_for, name="act_for"),
    path(_ONE, places.home, name="home"),
    path(f"{_ONE}services/ajouter/", places.add_unit, name="add_unit"),
    path(f"{_ONE}services/<uuid:unit_id>/", places.unit, name="unit"),
    path(f"{_ONE}agents/", people.people, name="people"),
    path(f"{_ONE}agents/ajouter/", people.add_member, name="add_member"),
    path(f"{_ONE}agents/<uuid:membership_id>/", people.member, name="member"),
    path(f"{_ONE}droits/", rights.rights, name="rights"),
    path(f"{_ONE}droits/a-approuver/", rights.waiting, name="waiting"),
    path(f"{_ONE}droits/donner/", rights.give, name="give"),
    path(f"{_ONE}droits/<uuid:grant_id>/", rights.right, name="right"),
    path(f"{_ONE}mandats/", acting.mandates, name="mandates"),
    path(f"{_ONE}mandats/donner/", acting.new_mandate, name="new_mandate"),
    path(f"{_ONE}mandats/<uuid:mandate_id>/", acting.mandate, name="mandate"),
    path(f"{_ONE}absences/", acting.absences, name="absences"),
    path(f"{_ONE}absences/suppleer/", acting.cover, name="cover"),
    path(f"{_ONE}revue/", watching.review, name="review"),
    path(f"{_ONE}qui/", watching.who, name="who"),
    path(f"{_ONE}importer/", watching.bring, name="sheet"),
]
