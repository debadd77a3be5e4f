"""Forms that every journey shares: its documents, its declaration, an answer to the town hall."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.teleservices.journey import Journey
from parvis.teleservices.models import Request
from parvis.ui.forms import CheckField, FileField, Form, LongTextField


class DeclarationForm(Form):
    """The last gesture before sending."""

    declaration = CheckField(
        label=_("J’atteste sur l’honneur que les informations données sont exactes."),
        missing=_("Cochez la case pour attester que les informations sont exactes."),
    )


class ComplementForm(Form):
    """What the citizen answers when the town hall asks for more."""

    message = LongTextField(
        label=_("Votre réponse"),
        hint=_("Écrivez une réponse, joignez un document, ou les deux."),
        conditional=True,
        max_length=1000,
    )
    document = FileField(label=_("Document à joindre"), conditional=True)


def pieces_form(journey: Journey, draft: Request, present: Mapping[str, Any]) -> type[Form]:
    """Return the form of a journey's documents; one already attached is not asked again."""
    limit = draft.service.process.max_attachment_bytes
    fields: dict[str, Any] = {
        piece.kind: FileField(
            label=_("Remplacer le fichier") if piece.kind in present else piece.label,
            hint=piece.hint,
            required=piece.required and piece.kind not in present,
            max_bytes=limit,
            missing=_("Ajoutez le document « %s ».") % piece.label,
        )
        for piece in journey.pieces
    }
    return type("PiecesForm", (Form,), fields)
