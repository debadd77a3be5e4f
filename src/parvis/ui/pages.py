"""The living style page: what exists, seen as people see it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from parvis.ui import samples


def style(request: HttpRequest) -> HttpResponse:
    """Show every component in each of its states. Public: it holds no data."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() else 1
    return render(request, "ui/style.html", samples.context(number))
