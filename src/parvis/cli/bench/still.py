"""The baseline of the journeys: the same frame, middlewares and session, around a form that never changes."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines

_TEXT = """{% extends "ui/base.html" %}
{% block title %}Témoin{% endblock %}
{% block content %}<h1>Témoin</h1><form method="post" novalidate>{% csrf_token %}
<label for="a">Nom</label><input id="a" name="a"><label for="b">Prénom</label><input id="b" name="b">
<button type="submit">Continuer</button></form>{% endblock %}"""


@cache
def _template() -> Any:
    # Read once, as the cached loader does for every page.
    return engines["django"].from_string(_TEXT)


def page(request: HttpRequest) -> HttpResponse:
    """Draw the still page."""
    return HttpResponse(_template().render({}, request))
