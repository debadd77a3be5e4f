"""URLs of signing in through a provider."""

from django.urls import path

from parvis.identity.federation import pages

app_name = "federation"
urlpatterns = [
    path("identites/", pages.identities, name="identities"),
    path("identites/<uuid:identity>/changer/", pages.relink, name="relink"),
    path("identites/<uuid:identity>/detacher/", pages.unlink, name="unlink"),
    path("deconnecte/", pages.left, name="left"),
    path("<slug:slug>/", pages.leave, name="leave"),
    path("<slug:slug>/rattacher/", pages.link, name="link"),
    path("<slug:slug>/retour/", pages.callback, name="callback"),
]
