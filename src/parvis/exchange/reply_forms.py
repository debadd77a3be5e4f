"""The form of an answer to sign."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from parvis.catalogue.enums import CaseStatus
from parvis.exchange.commands import NewReply
from parvis.ui.forms import FileField, Form, LongTextField, RadioField, SelectField, TextField

KEEP = "keep"
_AFTER: dict[str, Any] = {
    CaseStatus.DONE: _("Terminer : la demande est traitée"),
    CaseStatus.REFUSED: _("Refuser la demande"),
    KEEP: _("Ne pas changer l’état"),
}


class ReplyForm(Form):
    """An answer: who signs it, what it says, what the case becomes then. A document may come for one case only."""

    circuit = SelectField(label=_("Circuit de signature"), choices=[], missing=_("Choisissez le circuit."))
    subject = TextField(label=_("Objet"), max_length=150, missing=_("Écrivez l’objet de la réponse."))
    document = FileField(
        label=_("Document déjà prêt"),
        hint=_("Un PDF. S’il y en a un, il est signé tel quel et le texte ci-dessous n’est pas utilisé."),
        required=False,
        formats=("pdf",),
    )
    body = LongTextField(
        label=_("Texte de la réponse"),
        hint=_(
            "Ce texte devient une lettre en PDF. Champs remplacés pour chaque dossier : "
            "{prénom}, {nom}, {numéro}, {date}, {mairie}. Une ligne vide sépare deux paragraphes."
        ),
        required=False,
        conditional=True,
        max_length=5000,
    )
    after = RadioField(
        label=_("Une fois la réponse signée et remise"),
        choices=list(_AFTER.items()),
        missing=_("Choisissez ce que devient le dossier."),
    )

    def __init__(self, *args: Any, circuits: Sequence[tuple[str, str]], alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circuit"].choices = [("", _("Choisissez")), *circuits]  # type: ignore[attr-defined]
        if not alone:
            del self.fields["document"]

    def clean(self) -> dict[str, Any]:
        """Ask for a text when there is no document."""
        answers = super().clean() or {}
        if not answers.get("document") and not (answers.get("body") or "").strip() and "body" not in self.errors:
            self.add_error("body", _("Écrivez la réponse, ou joignez un document PDF."))
        return answers

    def reply(self, received: Any = None) -> NewReply:
        """What was asked. ``received`` is the document, already taken."""
        answers = self.cleaned_data
        status = "" if answers["after"] == KEEP else answers["after"]
        return NewReply(UUID(answers["circuit"]), answers["subject"], answers["body"], status, received)
