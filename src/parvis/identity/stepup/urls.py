"""URLs of proving more, then resuming."""

from django.urls import path

from parvis.identity.stepup import pages

app_name = "stepup"
urlpatterns = [
    path("renforcer/", pages.more, name="more"),
    path("reprendre/", pages.resume, name="resume"),
]
