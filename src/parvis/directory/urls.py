"""URLs of the directory."""

from django.urls import path

from parvis.directory import pages

app_name = "directory"
urlpatterns = [path("suggestions/", pages.suggest_communes, name="suggest_communes")]
