"""Forms of the follow-up desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus as S
from parvis.ui.forms import FileField, Form, LongTextField, RadioField

# In the order of the work; the protocol's technical states are not offered to people.
_OFFERED: dict[str, Any] = {
    S.SI_RECEIVED: _("Accuser réception"),
    S.IN_PROGRESS: _("Commencer le traitement"),
    S.ADD_AWAITING: _("Demander un complément"),
    S.DONE: _("Terminer : la demande est traitée"),
    S.REFUSED: _("Refuser la demande"),
}
_HINTS: dict[str, Any] = {
    S.SI_RECEIVED: _("Le demandeur est prévenu que son dossier est arrivé."),
    S.ADD_AWAITING: _("Écrivez ci-dessous ce qui manque : le demandeur recevra votre message et pourra répondre."),
    S.DONE: _("Joignez la réponse, par exemple l’attestation : le demandeur pourra la télécharger."),
    S.REFUSED: _("Écrivez ci-dessous pourquoi, et ce que le demandeur peut faire."),
}
NOTE_ONLY = "note"


class CaseForm(Form):
    """What an agent does with a case: a decision, a message, an internal note, a document."""

    decision = RadioField(
        label=_("Que voulez-vous faire ?"), choices=[], choice_hints=_HINTS, missing=_("Choisissez une action.")
    )
    message = LongTextField(
        label=_("Message au demandeur"),
        hint=_("Il le lira dans son espace. Pas d’information sur une autre personne."),
        required=False,
        max_length=1000,
    )
    document = FileField(label=_("Document à envoyer"), required=False, formats=("pdf",))
    comment = LongTextField(
        label=_("Note interne"), hint=_("Visible de votre service seulement."), required=False, max_length=1000
    )

    def __init__(self, *args: Any, process_workflow: str, status: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = catalogue.next_states(process_workflow, status)
        choices = [(code, label) for code, label in _OFFERED.items() if code in following]
        if not choices:  # nothing left to decide: one can still write
            del self.fields["decision"]
            return
        self.fields["decision"].choices = [  # type: ignore[attr-defined]
            *choices,
            (NOTE_ONLY, _("Écrire sans changer l’état")),
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse an empty gesture, and a decision whose reasons the applicant must read but that gives none."""
        answers = super().clean() or {}
        decision = answers.get("decision") if "decision" in self.fields else NOTE_ONLY
        message = (answers.get("message") or "").strip()
        if decision == S.ADD_AWAITING and not message:
            self.add_error("message", _("Écrivez au demandeur ce qu’il doit envoyer."))
        if decision == S.REFUSED and not message:
            self.add_error("message", _("Expliquez au demandeur pourquoi sa demande est refusée."))
        if decision == NOTE_ONLY and not (message or answers.get("comment") or answers.get("document")):
            self.add_error("message", _("Écrivez un message ou une note, ou choisissez une autre action."))
        return answers
