"""Every URL of Parvis, then the still page. It comes last, so that no address of Parvis takes longer to find."""

from django.urls import path

from parvis.cli.bench.still import page
from parvis.web.urls import handler404, handler500, urlpatterns

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [*urlpatterns, path("temoin", page)]
