"""« Qui a consulté mes données » : each act of someone else on one's requests, from the journal (RGPD, article 15)."""

import itertools
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from parvis.access import queries as access
from parvis.core import tenancy
from parvis.core.actor import Actor
from parvis.exchange import queries as hub
from parvis.ledger import queries as ledger
from parvis.teleservices.pages.session import citizen, signed_in
from parvis.ui.dates import when
from parvis.ui.parts import Column, Table

PAGE_SIZE = 50
# In the words of the person concerned. An act that is not here is told by its name, rather than left out.
ACTS: dict[str, Any] = {
    "account.blocked": gettext_lazy("Compte fermé"),
    "account.unblocked": gettext_lazy("Compte rouvert"),
    "attachment.copy_purged": gettext_lazy("Copie d’une pièce effacée"),
    "attachment.delivered": gettext_lazy("Pièce téléchargée"),
    "attachment.purged": gettext_lazy("Pièce effacée, sa durée de conservation étant passée"),
    "attachment.received": gettext_lazy("Pièce reçue"),
    "case.archived": gettext_lazy("Dossier archivé"),
    "case.moved": gettext_lazy("Dossier traité ou réponse envoyée"),
    "case.read": gettext_lazy("Dossier consulté"),
    "case.undone": gettext_lazy("Décision reprise"),
    "directory.member_added": gettext_lazy("Vous êtes membre d’un organisme"),
    "directory.membership_ended": gettext_lazy("Vous n’êtes plus membre d’un organisme"),
    "folder.deposited": gettext_lazy("Demande transmise"),
    "provider.claims_sent": gettext_lazy("Données envoyées à un site relié"),
    "provider.code_replayed": gettext_lazy("Code de connexion présenté deux fois : refusé"),
    "provider.refresh_reused": gettext_lazy("Accès d’un site présenté deux fois : coupé"),
    "request.expired": gettext_lazy("Brouillon effacé, faute d’avoir été terminé"),
    "session.ended": gettext_lazy("Sessions fermées par l’exploitant"),
}
_PLATFORM = gettext_lazy("Parvis, automatiquement")
_PROGRAM = gettext_lazy("Logiciel : %(name)s")


@require_safe
@signed_in
def consultations(request: HttpRequest) -> HttpResponse:
    """List who did what with one's data, the latest first; one's own acts are left out."""
    person = citizen(request)
    page = Paginator(ledger.acts_of_others_on(person.person), PAGE_SIZE).get_page(request.GET.get("page"))
    table = Table(
        caption=_("Consultations et actes"),
        columns=[Column(_("Quand")), Column(_("Ce qui a été fait")), Column(_("Par")), Column(_("Organisme"))],
        rows=_lines(list(page), person),
        counted=False,
        empty=_("Personne n’a encore consulté vos données. Chaque consultation apparaîtra ici."),
    )
    return render(request, "teleservices/consultations.html", {"table": table, "results": page})


def _lines(entries: list[Any], person: Actor) -> list[list[object]]:
    """A line an act; the same one done again in the same minute is counted, not repeated."""
    for_whom = _organisations(entries, person)

    def minute(entry: Any) -> tuple[object, ...]:
        return entry.at.replace(second=0, microsecond=0), entry.action, _who(entry), for_whom[entry.id]

    lines: list[list[object]] = []
    for (at, action, who, organisation), same in itertools.groupby(entries, key=minute):
        said, times = ACTS.get(str(action), action), len(list(same))
        lines.append([when(at), f"{said} (× {times})" if times > 1 else said, who, organisation])  # type: ignore[arg-type]
    return lines


def _organisations(entries: list[Any], person: Actor) -> dict[UUID, str]:
    """The organisation that each act was done for: whose right allowed it, or who received the folder."""
    # Rights are their organisation's rows: only the names of organisations, which are public, come out.
    with tenancy.elevated():
        behind = access.organisations_behind(grant for entry in entries for grant in entry.grants)
    recipients = hub.recipients_of([entry.subject for entry in entries], person)
    return {
        entry.id: ", ".join(sorted({behind[one] for one in entry.grants if one in behind}))
        or recipients.get(entry.subject, "")
        for entry in entries
    }


def _who(entry: Any) -> str:
    if entry.actor_kind == "system":
        return str(_PLATFORM)
    if entry.actor_kind == "client":
        return str(_PROGRAM) % {"name": entry.actor_label or "?"}
    return str(entry.actor_label or _("Un agent"))
