"""Every URL of Parvis."""

from django.urls import include, path

from parvis.web import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("compte/", include("allauth.urls")),
    path("langue/", include("django.conf.urls.i18n")),
    path("", include("parvis.ui.urls")),
]
