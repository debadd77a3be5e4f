"""How registers and deposits are said to people."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.preservation import law
from parvis.preservation.enums import DepositState, LegalState, RegisterKind
from parvis.preservation.models import Deposit, DepositMove, Entry, Register
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Table, Tone
from parvis.ui.parts import Entry as Event

_DEPOSIT: dict[str, Tone] = {
    DepositState.PREPARED: "info",
    DepositState.SIGNED: "info",
    DepositState.DEPOSITED: "info",
    DepositState.VERIFIED: "warning",
    DepositState.ACCEPTED: "success",
    DepositState.ANOMALY: "error",
}
_LEGAL: dict[str, Tone] = {
    LegalState.VALID: "success",
    LegalState.CANCELLED: "error",
    LegalState.WITHHELD: "warning",
    LegalState.RECTIFIED: "info",
}
# What a verification found, by code.
ANOMALIES: dict[str, Any] = {
    "package_damaged": gettext_lazy("Le versement conservé est abîmé."),
    "package_unreadable": gettext_lazy("Le versement est illisible."),
    "bag_altered": gettext_lazy("Un fichier n’est pas celui qui a été versé."),
    "bag_missing": gettext_lazy("Un fichier manque."),
    "bag_unlisted": gettext_lazy("Un fichier n’est pas dans la liste."),
    "file_missing": gettext_lazy("Un fichier manque."),
    "statement_differs": gettext_lazy("Le bordereau n’est pas celui qui a été préparé."),
    "signature_invalid": gettext_lazy("La signature du bordereau n’est pas prouvée."),
    "manifest_differs": gettext_lazy("Le bordereau d’archives ne décrit pas ce fichier."),
    "manifest_unreadable": gettext_lazy("Le bordereau d’archives est illisible."),
    "entry_unreadable": gettext_lazy("Une entrée est illisible."),
    "entry_misplaced": gettext_lazy("L’acte n’est pas à sa place dans le registre."),
    "entries_missing": gettext_lazy("Il manque des entrées."),
    "acts_differ": gettext_lazy("Le nombre d’actes n’est pas celui du bordereau."),
    "root_differs": gettext_lazy("Les actes ne sont pas ceux que le bordereau signe."),
    "before_differs": gettext_lazy("Le complément ne prolonge pas le versement accepté."),
    "mention_misplaced": gettext_lazy("Une mention ne suit pas celle qu’elle nomme."),
    "mention_without_act": gettext_lazy("Une mention porte sur un acte absent."),
    "page_missing": gettext_lazy("Une page manque."),
    "page_altered": gettext_lazy("Une page a changé."),
    "number_missing": gettext_lazy("Numéro absent de la série."),
    "number_doubled": gettext_lazy("Numéro en double."),
    "number_suffix_alone": gettext_lazy("Suffixe sans numéro simple."),
    "number_suffix_skipped": gettext_lazy("Suffixe absent de la série."),
}


def deposit_badge(state: str) -> SafeString:
    """Return the badge of a deposit."""
    return badge(_DEPOSIT.get(state, "neutral"), DepositState(state).label)


def legal_badge(state: str) -> SafeString:
    """Return the badge of an act."""
    return badge(_LEGAL.get(state, "neutral"), LegalState(state).label)


def title_of(register: Register) -> str:
    """Return a register's name as people say it."""
    kind = RegisterKind(register.kind).label
    if register.volume == 1:
        return _("%(kind)s %(year)s") % {"kind": kind, "year": register.year}
    return _("%(kind)s %(year)s, tome %(volume)s") % {"kind": kind, "year": register.year, "volume": register.volume}


def opening_of(register: Register) -> str:
    """Say from when anyone may consult a register, by which article."""
    found = law.communicability(register.kind, register.year)
    values = {"year": found.since.year if found.since else "", "article": found.article}
    if found.since is None:
        return _("Dès maintenant (code du patrimoine, %(article)s)") % values
    return _("À partir de %(year)s (code du patrimoine, %(article)s)") % values


def registers_table(page: Any) -> Table:
    """Return the table of registers."""
    return Table(
        caption=_("Registres"),
        columns=[
            Column(_("Registre")),
            Column(_("Tenu par")),
            Column(_("Entrées"), numeric=True),
            Column(_("Clos le")),
        ],
        rows=[
            [
                Link(title_of(one), reverse("register", args=[one.id]), context=one.label),
                one.organisation.name,
                one.size,
                when(one.closed_on) if one.closed_on else _("Ouvert"),
            ]
            for one in page
        ],
        total=page.paginator.count,
        empty=_("Aucun registre à consulter ici."),
    )


def deposits_table(page: Iterable[Deposit], total: int) -> Table:
    """Return the table of deposits."""
    return Table(
        caption=_("Versements"),
        columns=[
            Column(_("Registre")),
            Column(_("N°"), numeric=True),
            Column(_("Mairie")),
            Column(_("Dernier changement")),
            Column(_("État")),
        ],
        rows=[
            [
                Link(title_of(one.register), reverse("deposit", args=[one.id]), context=f"n° {one.number}"),
                one.number,
                one.register.organisation.name,
                when(one.changed_at),
                deposit_badge(one.state),
            ]
            for one in page
        ],
        total=total,
        empty=_("Aucun versement."),
    )


def acts_table(page: Any, register: Register, wrong: dict[str, str] | None = None) -> Table:
    """Return the table of acts; ``wrong`` adds what a verification found of each."""
    columns: list[Column | str] = [Column(_("Acte"), nowrap=True), Column(_("Reçu dans l’état"))]
    if wrong is not None:
        columns.append(Column(_("Résultat")))
    rows = []
    for one in page:
        name = f"{one.number} {one.suffix}".strip()
        row: list[object] = [
            Link(_("Acte n° %(number)s") % {"number": name}, reverse("act", args=[register.id, name])),
            legal_badge(one.state),
        ]
        if wrong is not None:
            row.append(badge("error", wrong[name]) if name in wrong else badge("success", _("Conforme")))
        rows.append(row)
    return Table(caption=_("Actes"), columns=columns, rows=rows, total=page.paginator.count, empty=_("Aucun acte."))


def anomalies_table(report: dict[str, Any]) -> Table:
    """Return the table of what a verification found."""
    rows = [
        [str(ANOMALIES.get(one["code"], one["code"])), one["act"], one["detail"]] for one in report.get("anomalies", ())
    ]
    columns = [Column(_("Anomalie")), Column(_("Acte")), Column(_("Précision"))]
    return Table(caption=_("Anomalies"), columns=columns, rows=rows, total=report.get("wrong", 0))


def story(moves: Iterable[DepositMove]) -> list[Event]:
    """Return the moves of a deposit, newest first."""
    return [
        Event(
            one.at,
            DepositState(one.state).label,
            author=one.author,
            message=one.reason,
            tone=_DEPOSIT.get(one.state, "neutral"),
        )
        for one in reversed(list(moves))
    ]


def wrong_by_act(report: dict[str, Any]) -> dict[str, str]:
    """Return the first anomaly of each act."""
    found: dict[str, str] = {}
    for one in report.get("anomalies", ()):
        if one["act"]:
            found.setdefault(one["act"], str(ANOMALIES.get(one["code"], one["code"])))
    return found


def numbers_said(history: list[Entry]) -> str:
    """Return the number of an act as people write it."""
    return f"{history[0].number} {history[0].suffix}".strip()
