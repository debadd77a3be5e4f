"""Send a document by hand; say who answers while one is away; circuits and keys of an organisation."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.clock import PARIS
from parvis.core.errors import DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.directory import queries as directory
from parvis.documents import commands as documents
from parvis.signing import commands, queries
from parvis.signing.commands import Submission
from parvis.signing.forms import MOST_BYTES, AbsenceForm, SubmissionForm
from parvis.signing.pages.lists import person


def tried(form: Any, work: Callable[[], object]) -> bool:
    """Do it; a refusal goes to its field of the form."""
    try:
        work()
    except DomainError as error:
        words.tell(form, error)
        return False
    return True


def where(actor: Actor, action: Action) -> UUID:
    """The organisation where someone holds a right; the first by id when there are several. Raise RefusedError."""
    found = sorted(access.organisations_of(actor, [action]))
    if not found:
        raise RefusedError(
            "forbidden",
            "Vous n’avez pas le droit de faire cette action. Demandez-le à l’administrateur de votre organisme.",
        )
    return found[0]


def name_of(organisation: UUID) -> str:
    """Return the name of an organisation."""
    found = directory.organisation(organisation)
    return found.name if found else ""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Send a document to a circuit."""
    actor = person(request)
    where(actor, Action.ACT_PREPARE)
    circuits = {
        str(row.id): row for row in queries.usable_circuits_of(access.organisations_of(actor, [Action.ACT_PREPARE]))
    }
    choices = [(key, f"{row.name} ({queries.circuit_text(row.steps.all())})") for key, row in circuits.items()]
    posted = request.method == "POST"
    form = SubmissionForm(request.POST if posted else None, request.FILES if posted else None, circuits=choices)
    if posted and form.is_valid():
        made: list[UUID] = []
        circuit = circuits[form.cleaned_data["circuit"]]
        if tried(form, lambda: made.append(_sent(form, circuit.organisation_id, circuit.id, actor))):
            messages.success(request, _("Document envoyé : la première personne du circuit le voit."))
            return HttpResponseRedirect(reverse("parapheur_item", args=made))
    context = {"form": form, "has_circuit": bool(circuits)}
    return render(request, "signing/new.html", context, status=422 if form.errors else 200)


def _sent(form: SubmissionForm, organisation: UUID, circuit: UUID, actor: Actor) -> UUID:
    answers = form.cleaned_data
    upload = answers["document"]
    received = documents.receive(upload.chunks(), documents.Expectation(max_bytes=MOST_BYTES))
    try:
        with transaction.atomic():
            kept = documents.keep(received)
            made = Submission(answers["title"], upload.name, kept, new_id().hex, due_on=answers["due_on"])
            return commands.submit(
                organisation=organisation, circuit=circuit, source="parapheur", submission=made, actor=actor
            )
    finally:
        documents.discard(received)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def absence(request: HttpRequest) -> HttpResponse:
    """Say who answers while one is away, and come back early."""
    actor = person(request)
    organisation = where(actor, Action.ACT_SIGN)
    people = [(str(key), name) for key, name in queries.officers_of(organisation, Action.ACT_SIGN) if key != actor.id]
    if "terminer" in request.POST:
        commands.end_delegation(delegation_id=id_of(request.POST["terminer"]), actor=actor)
        messages.success(request, _("Délégation terminée : vous seul répondez de nouveau."))
        return HttpResponseRedirect(reverse("parapheur_absence"))
    form = AbsenceForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_bound and form.is_valid() and tried(form, lambda: _delegated(form, organisation, actor)):
        messages.success(request, _("Absence enregistrée."))
        return HttpResponseRedirect(reverse("parapheur_absence"))
    context = {
        "form": form,
        "people": people,
        "absences": list(queries.absences_of(actor)),
        "here": name_of(organisation),
    }
    return render(request, "signing/absence.html", context, status=422 if form.errors else 200)


def id_of(text: str) -> UUID:
    """Return the id that a form names; one that nothing has when it names none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _delegated(form: AbsenceForm, organisation: UUID, actor: Actor) -> None:
    starts = datetime.combine(form.cleaned_data["starts_on"], time(), PARIS)
    ends = datetime.combine(form.last_moment(), time(), PARIS)
    commands.delegate(
        organisation=organisation, to=UUID(form.cleaned_data["to"]), starts_at=starts, ends_at=ends, actor=actor
    )
