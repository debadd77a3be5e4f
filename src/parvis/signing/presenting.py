"""How documents, batches and certificates are said to people."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.signing.enums import BatchState, CertificateState, EntryState, ItemState, StepKind, StepState
from parvis.signing.models import BatchEntry, Item, ItemStep
from parvis.signing.queries import Counts
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Entry, Link, NavItem, Table, Tone

_ITEM: dict[str, Tone] = {
    ItemState.TO_VISA: "info",
    ItemState.TO_SIGN: "info",
    ItemState.SIGNING: "info",
    ItemState.SIGNED: "success",
    ItemState.RETURNED: "warning",
    ItemState.REFUSED: "error",
}
_ENTRY: dict[str, Tone] = {
    EntryState.DONE: "success",
    EntryState.FAILED: "error",
    EntryState.SKIPPED: "warning",
    EntryState.PENDING: "info",
    EntryState.SIGNED: "info",
    EntryState.WAITING_TIME: "info",
}
_BATCH: dict[str, Tone] = {
    BatchState.FROZEN: "warning",
    BatchState.CONFIRMED: "info",
    BatchState.WAITING_TIME: "info",
    BatchState.DONE: "success",
}
# Why a document of a batch was not signed, for its officer.
WHY: dict[str, Any] = {
    "": "",
    "taken_out": gettext_lazy("Refusé ou retiré avant d’être signé."),
    "certificate_revoked": gettext_lazy("Le certificat a été révoqué. Le document attend de nouveau une signature."),
    "confirmation_expired": gettext_lazy("La confirmation a dépassé une heure. Le document attend de nouveau."),
    "unauthorised": gettext_lazy("La liste n’était plus celle qui a été confirmée : rien n’a été signé."),
    "no_timestamp": gettext_lazy("Aucune autorité d’horodatage ne répond : la signature est gardée, on redemande."),
    "no_proof_yet": gettext_lazy("Les listes de révocation manquent encore : la signature est gardée, on réessaie."),
    "damaged": gettext_lazy("Le document a changé depuis la confirmation : il n’a pas été signé."),
}
VIEWS: dict[str, tuple[str, Any, Any]] = {
    "a-traiter": ("todo", gettext_lazy("À traiter"), gettext_lazy("Rien n’attend votre visa ni votre signature.")),
    "traites": ("answered", gettext_lazy("Traités"), gettext_lazy("Vous n’avez encore visé ni signé aucun document.")),
    "envoyes": ("sent", gettext_lazy("Envoyés par moi"), gettext_lazy("Vous n’avez encore envoyé aucun document.")),
}


def views(counts: Counts, *, current: str, text: str) -> list[NavItem]:
    """Return the tabs of the parapheur."""
    search = {"q": text} if text else {}
    numbers = {"a-traiter": counts.todo, "traites": counts.answered, "envoyes": counts.sent}
    return [
        NavItem(
            label,
            f"{reverse('parapheur')}?{urlencode({'vue': code} | search)}",
            current=code == current,
            count=numbers[code],
        )
        for code, (_view, label, _empty) in VIEWS.items()
    ]


def item_badge(state: str) -> SafeString:
    """Return the badge of a document."""
    return badge(_ITEM.get(state, "neutral"), ItemState(state).label)


def batch_badge(state: str) -> SafeString:
    """Return the badge of a batch."""
    return badge(_BATCH.get(state, "neutral"), BatchState(state).label)


def certificate_badge(state: str) -> SafeString:
    """Return the badge of a certificate."""
    tones: dict[str, Tone] = {CertificateState.ACTIVE: "success", CertificateState.REVOKED: "error"}
    return badge(tones.get(state, "neutral"), CertificateState(state).label)


def items_table(page: Any, caption: Any, empty: Any, *, choosing: bool) -> Table:
    """Return the table of documents; with boxes to choose those to sign together."""
    columns: list[Column | str] = [Column(_("Choisir"))] if choosing else []
    columns += [Column(_("Document")), Column(_("Pour")), Column(_("Reçu")), Column(_("À rendre")), Column(_("État"))]
    rows = [
        [
            *([_box(item)] if choosing else []),
            Link(item.title, reverse("parapheur_item", args=[item.id]), context=item.reference),
            item.organisation.name,
            when(item.created_at),
            when(item.due_on) if item.due_on else "",
            _state(item),
        ]
        for item in page
    ]
    return Table(caption=caption, columns=columns, rows=rows, total=page.paginator.count, empty=empty)


def _state(item: Item) -> SafeString:
    if item.state == ItemState.TO_SIGN and getattr(item, "in_batch", False):
        return badge("warning", _("Dans un lot"))
    return item_badge(item.state)


def _box(item: Item) -> SafeString:
    if item.state != ItemState.TO_SIGN or getattr(item, "in_batch", False):
        return format_html(
            '<span aria-hidden="true">–</span><span class="visually-hidden">{}</span>', _("Ne se choisit pas")
        )
    label = _("Choisir « %(title)s », %(reference)s") % {"title": item.title, "reference": item.reference[-6:]}
    return format_html(
        '<span class="choice"><input type="checkbox" name="documents" value="{0}" id="choix-{0}">'
        '<label for="choix-{0}"><span class="visually-hidden">{1}</span></label></span>',
        item.id,
        label,
    )


def story(item: Item, steps: Sequence[ItemStep]) -> list[Entry]:
    """Return what happened to a document, newest first."""
    entries = [Entry(item.created_at, _("Document déposé"))]
    for step in steps:
        if step.done_at is None or step.done_by is None:
            continue
        author = str(step.done_by)
        if step.done_by_id != step.officer_id:
            author = _("%(name)s, à la place de %(officer)s") % {"name": author, "officer": step.officer}
        entries.append(Entry(step.done_at, _title(step), author=author, message=step.comment, tone=_tone(step.state)))
    return sorted(entries, key=lambda entry: str(entry.when), reverse=True)


def _title(step: ItemStep) -> str:
    if step.state == StepState.REFUSED:
        return _("Refusé")
    if step.state == StepState.RETURNED:
        return _("Renvoyé pour correction")
    return _("Signé") if step.kind == StepKind.SIGNATURE else _("Visé")


def _tone(state: str) -> Tone:
    tones: dict[str, Tone] = {
        StepState.DONE: "success",
        StepState.REFUSED: "error",
        StepState.RETURNED: "warning",
    }
    return tones.get(state, "neutral")


def entries_table(page: Any, *, finished: bool) -> Table:
    """Return the documents of a batch: what is confirmed, or what became of each."""
    columns: list[Column | str] = [Column(_("N°"), numeric=True), Column(_("Document")), Column(_("Empreinte SHA-256"))]
    if finished:
        columns += [Column(_("Résultat")), Column(_("Explication"))]
    return Table(
        caption=_("Documents du lot"),
        columns=columns,
        rows=[_entry_row(entry, finished=finished) for entry in page],
        total=page.paginator.count,
    )


def _entry_row(entry: BatchEntry, *, finished: bool) -> list[object]:
    digest = bytes(entry.document_sha256).hex()
    row: list[object] = [
        entry.position + 1,
        Link(entry.item.title, reverse("parapheur_item", args=[entry.item_id]), context=entry.item.reference),
        format_html('<code title="{}">{}…</code>', digest, digest[:16]),
    ]
    if finished:
        row += [
            badge(_ENTRY.get(entry.state, "neutral"), EntryState(entry.state).label),
            str(WHY.get(entry.code, _("La clé de signature a refusé. Prévenez l’exploitant."))),
        ]
    return row
