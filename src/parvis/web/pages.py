"""Pages that belong to nobody else: the front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from parvis.catalogue import queries as catalogue


def home(request: HttpRequest) -> HttpResponse:
    """The front page."""
    return render(request, "web/home.html", {"services": list(catalogue.open_services())})
