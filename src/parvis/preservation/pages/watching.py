"""The operator's page: how late the replica is, what is damaged, which formats are kept."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.directory import queries as directory
from parvis.preservation import queries
from parvis.preservation.pages.frame import person
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Row, Table, Tone
from parvis.ui.sizes import say_size as size

_STANDING: dict[str, tuple[Tone, object]] = {
    "lasting": ("success", gettext_lazy("Durable")),
    "watched": ("warning", gettext_lazy("À surveiller")),
    "refused": ("error", gettext_lazy("À convertir")),
}


@require_safe
@login_required
def watching(request: HttpRequest) -> HttpResponse:
    """How the base is doing."""
    operator = directory.organisation_for(settings.PARVIS_OPERATOR_SIRET)
    if operator is None:
        raise Http404
    access.require(person(request), Action.PLATFORM_ADMINISTER, organisation=operator.id, process=EVERY_PROCESS)
    found = queries.health()
    context = {
        "health": found,
        "facts": [
            Row(_("Objets conservés"), found.objects),
            Row(_("Taille"), size(found.octets)),
            Row(_("En attente de réplique"), found.waiting),
            Row(_("Le plus ancien depuis"), when(found.behind_since) if found.behind_since else _("Réplique à jour")),
            Row(_("Objets abîmés"), found.damaged),
            Row(_("Abîmés sur les deux sites"), found.lost),
            Row(_("Dernière relecture du site principal"), _when(found.read_through["primary"])),
            Row(_("Dernière relecture de la réplique"), _when(found.read_through["replica"])),
        ],
        "formats": Table(
            caption=_("Formats conservés"),
            columns=[
                Column(_("Format")),
                Column(_("Fichiers"), numeric=True),
                Column(_("Taille"), numeric=True),
                Column(_("Avis")),
            ],
            rows=[
                [
                    one.mime,
                    one.count,
                    size(one.octets),
                    badge(_STANDING[one.standing][0], str(_STANDING[one.standing][1])),
                ]
                for one in queries.format_watch()
            ],
            empty=_("Rien n’est encore conservé."),
        ),
    }
    return render(request, "preservation/watching.html", context)


def _when(moment: object) -> object:
    return when(moment) if moment else _("Jamais")  # type: ignore[arg-type]
