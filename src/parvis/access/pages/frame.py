"""What every page of rights shares: who administers what, the side menu, one way to do and to say what was done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.access import queries
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.catalogue import queries as catalogue
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.directory import queries as directory
from parvis.identity import queries as identity
from parvis.ui.forms import Form
from parvis.ui.parts import NavItem

PAGE_SIZE = 25
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Frame:
    """An administrator in front of an organisation. ``areas`` are the paths they administer, empty for the whole."""

    request: HttpRequest
    actor: Actor
    organisation: Any
    areas: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether they administer all of it."""
        return "" in self.areas

    def url(self, name: str, *more: Any) -> str:
        """The address of a page of this organisation."""
        return reverse(f"access:{name}", args=[self.organisation.id, *more])

    def units(self) -> list[Any]:
        """The units they administer, parents first."""
        rows = directory.units_of(self.organisation.id)
        return [row for row in rows if self.whole or row.path.startswith(self.areas)]

    def asked(self) -> QueryDict | None:
        """What was sent, None when the page was only opened. Sending asks for a sure enough session."""
        if self.request.method != "POST":
            return None
        identity.require_assurance(self.request, Action.MEMBERS_MANAGE)
        return self.request.POST

    def page(self, rows: Any) -> "Page[Any]":
        """One page of a long list."""
        return Paginator(rows, PAGE_SIZE).get_page(self.request.GET.get("page"))

    def draw(self, template: str, title: str, context: dict[str, Any], *, above: str = "") -> HttpResponse:
        """Draw a page; 422 when its form came back with errors."""
        form = context.get("form")
        failed = bool(isinstance(form, Form) and form.errors) or bool(context.get("page_errors"))
        values = {"frame": self, "sections": self._sections(above or self.request.path), "title": title} | context
        return render(self.request, template, values, status=422 if failed else 200)

    def _sections(self, current: str) -> list[NavItem]:
        waiting = queries.pending_grants(self.organisation.id).count()
        named = (
            ("home", _("Organigramme"), None),
            ("people", _("Agents"), None),
            ("rights", _("Droits"), None),
            ("waiting", _("À approuver"), waiting),
            ("mandates", _("Mandats"), None),
            ("absences", _("Absences"), None),
            ("review", _("Revue des droits"), None),
            ("who", _("Qui voit quoi"), None),
            ("sheet", _("Importer un fichier"), None),
        )
        return [
            NavItem(label, self.url(name), current=self.url(name) == current, count=count)
            for name, label, count in named
        ]

    def attempt(self, form: Form | None, gesture: Callable[[], object], said: str) -> bool:
        """Do something and say so; a refusal is said on the form, or on the page, and nothing was done."""
        try:
            gesture()
        except DomainError as error:
            if form is not None:
                words.tell(form, error)
            else:
                for problem in error.problems:
                    messages.error(self.request, words.said(problem))
            return False
        messages.success(self.request, said)
        return True

    def back(self, name: str, *more: Any) -> HttpResponse:
        """Go on to another page of this organisation."""
        return redirect(self.url(name, *more))


def administration(view: View) -> View:
    """A page for whoever administers a part of the organisation that its address names; nobody else knows of it."""

    def handle(request: HttpRequest, organisation_id: UUID, **more: Any) -> HttpResponse:
        return view(enter(request, organisation_id), **more)

    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(login_required(handle)))


def enter(request: HttpRequest, organisation_id: UUID) -> Frame:
    """Return the frame, or raise AbsentError."""
    actor = identity.actor_of_request(request)
    areas = queries.administered(actor).get(organisation_id)
    organisation = directory.organisation(organisation_id)
    if not areas or organisation is None:
        raise AbsentError("unknown_organisation", "Cet organisme n’existe pas, ou vous ne l’administrez pas.")
    return Frame(request, actor, organisation, tuple(areas))


def process_name(code: str) -> str:
    """Return how people read a process, or all of them."""
    if code == EVERY_PROCESS:
        return _("Toutes les démarches")
    return catalogue.process_names().get(code, code)


def process_choices() -> list[tuple[str, str]]:
    """Return the processes to choose from, all of them first."""
    known = [(row.code, row.said_name) for row in catalogue.processes().filter(is_active=True)]
    return [(EVERY_PROCESS, _("Toutes les démarches")), *known]


def action_names(actions: Any) -> str:
    """Return rights in words, separated by commas."""
    held = set(actions)
    return ", ".join(str(one.label) for one in Action if one in held)
