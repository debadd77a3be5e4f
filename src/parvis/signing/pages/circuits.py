"""The circuits of an organisation, and the steps that other organisations' circuits ask of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.directory import queries as directory
from parvis.signing import commands, queries
from parvis.signing.commands import NewStep
from parvis.signing.enums import LONG_TERM, Level, StepKind
from parvis.signing.forms import CircuitForm, PartnerForm
from parvis.signing.models import Circuit, CircuitStep
from parvis.signing.pages.lists import person
from parvis.signing.pages.settings import id_of, name_of, tried, where


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def circuits(request: HttpRequest) -> HttpResponse:
    """The circuits of one's organisation; create one, take one out of use; join or leave another organisation's."""
    actor = person(request)
    organisation = where(actor, Action.MEMBERS_MANAGE)
    gesture = _gesture(request, actor)
    if gesture:
        messages.success(request, gesture)
        return HttpResponseRedirect(reverse("parapheur_circuits"))
    people = {
        action: [(str(key), name) for key, name in queries.officers_of(organisation, action)]
        for action in (Action.ACT_VISA, Action.ACT_SIGN)
    }
    asked = _asked(request, organisation, people)
    if any(_joined(step, one, actor) for step, one in asked):
        messages.success(request, _("C’est noté : cette personne recevra les documents de ce circuit."))
        return HttpResponseRedirect(reverse("parapheur_circuits"))
    sent = request.method == "POST" and "etape" not in request.POST
    form = CircuitForm(request.POST if sent else None, readers=people[Action.ACT_VISA], signers=people[Action.ACT_SIGN])
    if sent and form.is_valid() and tried(form, lambda: _created(form, organisation, actor)):
        messages.success(request, _("Circuit créé."))
        return HttpResponseRedirect(reverse("parapheur_circuits"))
    rows = list(queries.circuits_of([organisation]))
    wrong = [form.errors, *(one.errors for _step, one in asked)]
    context = {
        "form": form,
        "here": name_of(organisation),
        "rows": [(row, queries.circuit_text(row.steps.all()), _kept(row), _waits(row)) for row in rows],
        "asked": asked,
    }
    return render(request, "signing/circuits.html", context, status=422 if any(wrong) else 200)


def _gesture(request: HttpRequest, actor: Actor) -> str:
    """Do what a button of a circuit asks, and say it."""
    if "archiver" in request.POST:
        commands.archive_circuit(circuit_id=id_of(request.POST["archiver"]), actor=actor)
        return _("Circuit retiré : les documents en route le finissent.")
    if "quitter" in request.POST:
        commands.leave_circuit(step_id=id_of(request.POST["quitter"]), actor=actor)
        return _("Vous ne répondez plus dans ce circuit. Les documents en route le finissent.")
    return ""


def _asked(
    request: HttpRequest, organisation: UUID, people: dict[Action, list[tuple[str, str]]]
) -> list[tuple[CircuitStep, PartnerForm]]:
    """Each step asked by another organisation, with its own form."""
    actions = {StepKind.VISA: Action.ACT_VISA, StepKind.SIGNATURE: Action.ACT_SIGN}
    return [
        (
            step,
            PartnerForm(
                request.POST if request.POST.get("etape") == str(step.id) else None,
                people=people[actions[StepKind(step.kind)]],
                prefix=step.id.hex,
            ),
        )
        for step in queries.partner_steps_of([organisation])
    ]


def _joined(step: CircuitStep, form: PartnerForm, actor: Actor) -> bool:
    """Whether this form was sent and its answer taken; a refusal stays on it."""
    if not form.is_bound or not form.is_valid():
        return False
    officer = UUID(form.cleaned_data["officer"])
    return tried(form, lambda: commands.join_circuit(step_id=step.id, officer=officer, actor=actor))


def _kept(row: Circuit) -> str:
    return str(Level(row.level).label) if row.level in LONG_TERM else ""


def _waits(row: Circuit) -> bool:
    return any(step.officer_id is None for step in row.steps.all())


def _created(form: CircuitForm, organisation: UUID, actor: Actor) -> None:
    answers = form.cleaned_data
    steps = [NewStep(kind, UUID(officer)) for kind, officer in form.steps()]
    if answers["partner"]:
        theirs = NewStep(StepKind(answers["role"]), None, _partner(answers["partner"], organisation))
        steps = [theirs, *steps] if theirs.kind == StepKind.VISA else [*steps, theirs]
    commands.create_circuit(
        organisation=organisation, name=answers["name"], steps=steps, level=Level(answers["level"]), actor=actor
    )


def _partner(said: str, organisation: UUID) -> UUID:
    siret, _dash, branch = said.replace(" ", "").partition("-")
    found: Any = directory.organisation_named(siret, branch)
    if found is None or found.id == organisation:
        raise AbsentError(
            "unknown_partner", "Aucun autre organisme ne porte ce SIRET ici. Vérifiez-le.", field="partner"
        )
    return UUID(str(found.id))
