"""How the state of a request is said to a citizen: never the protocol's words."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.catalogue.enums import CaseStatus as S
from parvis.exchange.queries import TimelineEntry
from parvis.teleservices.models import Request
from parvis.ui.components.messages import badge
from parvis.ui.parts import Entry, FileItem, Tone

_SEEN: dict[str, tuple[Tone, Any]] = {
    S.HUBEE_RECEIVED: ("info", gettext_lazy("Envoyée")),
    S.HUBEE_COMPLETED: ("info", gettext_lazy("Envoyée")),
    S.HUBEE_NOTIFIED: ("info", gettext_lazy("Envoyée à la mairie")),
    S.SENT: ("info", gettext_lazy("Arrivée à la mairie")),
    S.SI_RECEIVED: ("info", gettext_lazy("Reçue par la mairie")),
    S.IN_PROGRESS: ("info", gettext_lazy("En cours de traitement")),
    S.ADD_AWAITING: ("warning", gettext_lazy("Complément demandé")),
    S.REFUSED: ("error", gettext_lazy("Refusée")),
    S.DONE: ("success", gettext_lazy("Traitée")),
    S.SI_INTG_ERROR: ("info", gettext_lazy("En cours de traitement")),
    S.CLOSED: ("neutral", gettext_lazy("Terminée")),
    S.ARCHIVED: ("neutral", gettext_lazy("Archivée")),
}
STATUS_WORDS: dict[str, Any] = {
    S.HUBEE_RECEIVED: gettext_lazy("Votre demande est enregistrée. Elle part vers votre mairie."),
    S.HUBEE_NOTIFIED: gettext_lazy("Votre mairie a reçu votre demande. Vous n’avez rien à faire pour le moment."),
    S.SENT: gettext_lazy("Votre mairie a ouvert votre demande. Vous n’avez rien à faire pour le moment."),
    S.SI_RECEIVED: gettext_lazy("Votre mairie a bien reçu votre demande. Vous n’avez rien à faire pour le moment."),
    S.IN_PROGRESS: gettext_lazy("Un agent traite votre demande. Vous n’avez rien à faire pour le moment."),
    S.REFUSED: gettext_lazy("Votre mairie n’a pas pu accepter votre demande. Son message vous explique pourquoi."),
    S.DONE: gettext_lazy("Votre demande est traitée. Téléchargez vos documents et conservez-les."),
}


def status_badge(status: str) -> SafeString:
    """Return the badge of a state: a hue, an icon, words."""
    tone, label = _SEEN.get(status, ("neutral", status))
    return badge(tone, label)


def timeline_entries(row: Request, case: Any, entries: Sequence[TimelineEntry]) -> list[Entry]:
    """Return the story of a request for the timeline, newest first."""
    story = [Entry(row.submitted_at or row.created_at, _("Demande envoyée"), author=_("Vous"))]
    for entry in entries:
        tone, label = _SEEN.get(entry.status, ("neutral", entry.label))
        story.append(
            Entry(
                entry.at,
                _("Vous avez répondu") if entry.by_applicant else label,
                author=_("Vous") if entry.by_applicant else case.recipient.name,
                message=entry.message,
                files=[
                    FileItem(d.name, reverse("request_document", args=[row.id, d.id]), size=d.size)
                    for d in entry.documents
                ],
                tone=tone if not entry.by_applicant else "neutral",
            )
        )
    return story[::-1]
