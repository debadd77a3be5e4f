"""How cases are said to an agent: views of the inbox, states, story."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.catalogue.enums import CaseStatus as S
from parvis.exchange.models import Case
from parvis.exchange.queries import CaseCounts, TimelineEntry
from parvis.ui.components.messages import badge
from parvis.ui.parts import Entry, FileItem, NavItem, Tone

_TONES: dict[str, Tone] = {
    S.HUBEE_NOTIFIED: "info",
    S.SENT: "info",
    S.SI_RECEIVED: "info",
    S.IN_PROGRESS: "info",
    S.ADD_AWAITING: "warning",
    S.SI_INTG_ERROR: "error",
    S.REFUSED: "error",
    S.DONE: "success",
}


@dataclass(frozen=True, slots=True)
class View:
    """A saved view of the inbox: its name, its states, what to say when it is empty."""

    label: Any
    statuses: tuple[str, ...]
    empty: Any


VIEWS = {
    "a-traiter": View(
        gettext_lazy("À traiter"),
        (S.HUBEE_NOTIFIED, S.SENT, S.SI_RECEIVED, S.IN_PROGRESS, S.SI_INTG_ERROR),
        gettext_lazy("Aucun dossier n’attend votre action. Les nouveaux dossiers apparaîtront ici."),
    ),
    "en-attente": View(
        gettext_lazy("En attente du demandeur"),
        (S.ADD_AWAITING,),
        gettext_lazy("Aucun complément n’est attendu. Un dossier arrive ici quand vous demandez un complément."),
    ),
    "termines": View(
        gettext_lazy("Terminés"),
        (S.DONE, S.REFUSED, S.CLOSED, S.ARCHIVED),
        gettext_lazy("Aucun dossier n’est terminé. Les dossiers traités ou refusés se retrouvent ici."),
    ),
    "tous": View(gettext_lazy("Tous"), (), gettext_lazy("Votre organisme n’a encore reçu aucun dossier.")),
}


def views(counts: CaseCounts, *, current: str, text: str) -> list[NavItem]:
    """Return the tabs of the inbox, each with how many cases it holds."""
    search = {"q": text} if text else {}
    return [
        NavItem(
            view.label,
            f"{reverse('desk')}?{urlencode({'vue': code} | search)}",
            current=code == current,
            count=counts.of(view.statuses) if view.statuses else counts.total,
        )
        for code, view in VIEWS.items()
    ]


def status_badge(status: str) -> SafeString:
    """Return the badge of a state: a hue, an icon, words."""
    return badge(_TONES.get(status, "neutral"), S(status).label)


def choice_box(case: Case) -> SafeString:
    """Return the box that chooses a case, named by its applicant and number."""
    label = _("Choisir le dossier de %(name)s, %(number)s") % {
        "name": f"{case.folder.applicant_last_name} {case.folder.applicant_first_name}",
        "number": case.external_id,
    }
    return format_html(
        '<span class="choice"><input type="checkbox" name="dossiers" value="{0}" id="choix-{0}">'
        '<label for="choix-{0}"><span class="visually-hidden">{1}</span></label></span>',
        case.id,
        label,
    )


def timeline_entries(case: Case, entries: Sequence[TimelineEntry]) -> list[Entry]:
    """Return a case's story for the timeline, newest first, internal notes included."""
    story = [Entry(case.sent_at or case.created_at, _("Dossier reçu"))]
    for entry in entries:
        note = _("Note interne : %(note)s") % {"note": entry.comment} if entry.comment else ""
        story.append(
            Entry(
                entry.at,
                _("Réponse du demandeur") if entry.by_applicant else entry.label,
                author=entry.author,
                message="\n".join(part for part in (entry.message, note) if part),
                files=[
                    FileItem(d.name, reverse("desk_document", args=[case.id, d.id]), size=d.size)
                    for d in entry.documents
                ],
                tone=_TONES.get(entry.status, "neutral"),
            )
        )
    return story[::-1]
