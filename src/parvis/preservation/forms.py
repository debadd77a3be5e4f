"""Forms of the registers' pages."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parvis.preservation.enums import Purpose
from parvis.ui.forms import DateField, Form, LongTextField, SelectField, TextField

Choices = Sequence[tuple[str, Any]]
_EXPLAINED = re.compile(r"\s*(\d{1,7})\s*:\s*(\S.*)")


class ClosingForm(Form):
    """The day of the closing minutes."""

    on = DateField(
        label=_("Date du procès-verbal de clôture"),
        hint=_("En général le 31 décembre de l’année."),
        missing=_("Indiquez la date du procès-verbal de clôture."),
        past=True,
    )


class DepositForm(Form):
    """Who signs the statement, and what the closing minutes say of missing numbers."""

    circuit = SelectField(
        label=_("Qui signe le bordereau ?"), choices=[], missing=_("Choisissez le circuit de signature.")
    )
    explained = LongTextField(
        label=_("Numéros absents du registre"),
        hint=_("Un par ligne, comme dans le procès-verbal. Exemple : 12 : feuille annulée"),
        required=False,
        max_length=5000,
    )

    def __init__(self, *args: Any, circuits: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circuit"].choices = [("", _("Choisissez")), *circuits]  # type: ignore[attr-defined]

    def clean_explained(self) -> dict[int, str]:
        """Read one number a line."""
        found = {}
        for line in self.cleaned_data["explained"].splitlines():
            if not line.strip():
                continue
            read = _EXPLAINED.fullmatch(line)
            if read is None:
                raise ValidationError(
                    _("« %(line)s » : écrivez le numéro, deux-points, puis ce que dit le procès-verbal."),
                    params={"line": line[:60]},
                )
            found[int(read[1])] = read[2]
        return found


class PurposeForm(Form):
    """Why an act is read."""

    purpose = SelectField(
        label=_("Pourquoi consultez-vous cet acte ?"), choices=[], missing=_("Choisissez le motif de la consultation.")
    )
    detail = TextField(
        label=_("Précision"),
        hint=_("Numéro de la demande, affaire… Obligatoire pour un contrôle du procureur."),
        required=False,
        conditional=True,
        max_length=200,
    )

    def __init__(self, *args: Any, purposes: Sequence[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one), one.label) for one in purposes]
        self.fields["purpose"].choices = [("", _("Choisissez")), *choices]  # type: ignore[attr-defined]


class DecisionForm(Form):
    """What is wrong with a deposit."""

    reason = LongTextField(
        label=_("Ce qui ne va pas"),
        hint=_("La mairie le lira et versera de nouveau. Citez les actes concernés."),
        missing=_("Écrivez ce qui ne va pas."),
        max_length=2000,
    )
