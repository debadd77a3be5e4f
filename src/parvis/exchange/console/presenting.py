"""How the board is said: a table by state and age, a chart of what is late, the lines of each organisation."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.catalogue.enums import CaseStatus
from parvis.exchange.enums import SituationKind
from parvis.exchange.queries import BoardLine, Problem
from parvis.ui.components.messages import badge
from parvis.ui.parts import Bar, Column, Table

AGE_WORDS = (
    gettext_lazy("Moins de 1 jour"),
    gettext_lazy("1 à 3 jours"),
    gettext_lazy("3 à 7 jours"),
    gettext_lazy("7 à 30 jours"),
    gettext_lazy("Plus de 30 jours"),
)
MOST_BARS, MOST_LINES = 10, 200


def by_state(lines: Sequence[BoardLine]) -> Table:
    """Return the counts of every line together, by state and age."""
    groups = [(status, [line for line in lines if line.status == status]) for status in CaseStatus]
    return Table(
        caption=_("Dossiers en cours, par état et ancienneté"),
        columns=[Column(_("État")), *_ages(), Column(_("Total"), numeric=True)],
        rows=[[status.label, *_cells(group), sum(line.total for line in group)] for status, group in groups if group],
        counted=False,
        empty=_("Aucun dossier n’est en cours. Les nouveaux dossiers apparaîtront ici dès leur transmission."),
    )


def by_organisation(lines: Sequence[BoardLine], names: Mapping[str, str]) -> Table:
    """Return a line per process, organisation and state, the most late first; the rest is in the file."""
    ordered = sorted(lines, key=lambda line: -line.total_late)[:MOST_LINES]
    return Table(
        caption=_("Détail par démarche et organisme"),
        columns=[Column(_("Organisme")), Column(_("Démarche")), Column(_("État")), *_ages()],
        rows=[
            [
                line.organisation_name,
                names.get(line.process, line.process),
                CaseStatus(line.status).label,
                *_cells([line]),
            ]
            for line in ordered
        ],
        counted=False,
    )


def what_is_wrong(found: Sequence[Problem]) -> Table:
    """Return the subscriptions whose cases reach nobody."""
    return Table(
        caption=_("Abonnements dont les dossiers n’arrivent à personne"),
        columns=[
            Column(_("Organisme")),
            Column(_("Démarche")),
            Column(_("Problème")),
            Column(_("En attente"), numeric=True),
        ],
        rows=[
            [
                one.subscription.subscriber.name,
                one.subscription.process.said_name,
                badge("error", SituationKind(one.kind).label),
                one.count,
            ]
            for one in found
        ],
    )


def late_bars(lines: Sequence[BoardLine], names: Mapping[str, str]) -> list[Bar]:
    """Return the organisations and processes with the most late cases, the worst first."""
    sums: dict[str, int] = {}
    for line in lines:
        label = f"{line.organisation_name} – {names.get(line.process, line.process)}"
        sums[label] = sums.get(label, 0) + line.total_late
    worst = sorted(((count, label) for label, count in sums.items() if count), reverse=True)[:MOST_BARS]
    return [Bar(label, count, str(count), "warning") for count, label in worst]


def _ages() -> list[Column]:
    return [Column(words, numeric=True) for words in AGE_WORDS]


def _cells(group: Sequence[BoardLine]) -> Iterator[SafeString]:
    """How many of each age; those that are late are marked with an icon and words."""
    for place in range(len(AGE_WORDS)):
        count, late = sum(line.counts[place] for line in group), sum(line.late[place] for line in group)
        said = ngettext("dont %(n)d en retard", "dont %(n)d en retard", late) % {"n": late}
        yield format_html("{}{}", count, format_html(" {}", badge("warning", said)) if late else "")
