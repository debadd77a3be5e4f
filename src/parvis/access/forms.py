"""Forms of the pages of rights."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.access.enums import Action
from parvis.core.clock import PARIS
from parvis.directory.enums import UnitKind
from parvis.ui.forms import (
    CheckField,
    ChecksField,
    DateField,
    EmailField,
    FileField,
    Form,
    NumberField,
    SelectField,
    TextField,
)

_KINDS = [(kind.value, kind.label) for kind in UnitKind if kind != UnitKind.ORGANISATION]
GIVEN = [one for one in Action if one != Action.PLATFORM_ADMINISTER]
"""What an organisation gives; the platform is given from the command line only."""
ACTION_HINTS = {
    str(Action.ACT_SIGN): _("Droit sensible : un second administrateur doit l’approuver."),
    str(Action.MEMBERS_MANAGE): _("Droit sensible : un second administrateur doit l’approuver."),
    str(Action.MANDATE_USE): _("Pour les agents d’un éditeur de logiciel."),
}


def midnight_after(day: date | None) -> datetime | None:
    """Return the end of a day, as a right ends."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=PARIS) if day else None


class Choosing(Form):
    """A form whose drop-down lists are known when the page is drawn: one keyword argument a field."""

    def __init__(self, *args: Any, choices: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
            self.fields[name].conditional = True  # type: ignore[attr-defined] # its first choice says what leaving it means
        for field in self.fields.values():
            if isinstance(field, CheckField):
                field.conditional = True  # type: ignore[attr-defined] # a box says by itself that it may stay empty


class UnitForm(Choosing):
    """A new unit."""

    parent = SelectField(label=_("Rattaché à"), choices=[])
    kind = SelectField(label=_("Type"), choices=_KINDS)
    name = TextField(label=_("Nom du service"), max_length=200, missing=_("Saisissez le nom du service."))
    code = TextField(label=_("Code interne"), max_length=30, required=False, width="s")


class RenameForm(Form):
    """Another name for a unit."""

    name = TextField(label=_("Nom du service"), max_length=200, missing=_("Saisissez le nom du service."))
    code = TextField(label=_("Code interne"), max_length=30, required=False, width="s")


class MoveForm(Choosing):
    """Another place for a unit."""

    new_parent = SelectField(label=_("Rattaché à"), choices=[])


class MemberForm(Choosing):
    """Someone to add."""

    email = EmailField(
        label=_("Adresse électronique de son compte"),
        hint=_("Votre collègue doit avoir créé son compte. L’adresse est celle de sa connexion."),
        missing=_("Saisissez l’adresse du compte de votre collègue."),
    )
    unit = SelectField(label=_("Service"), choices=[], required=False)
    title = TextField(label=_("Fonction"), max_length=150, required=False)
    is_external = CheckField(
        label=_("Personne extérieure : prestataire, stagiaire, agent d’un autre employeur"), required=False
    )
    ends_on = DateField(label=_("Dernier jour, s’il est connu"), required=False)


class EndForm(Form):
    """Someone's last day."""

    on = DateField(label=_("Dernier jour"), missing=_("Saisissez le dernier jour."))


class GiveForm(Choosing):
    """A right, in plain words."""

    actions = ChecksField(
        label=_("Ce que la personne pourra faire"),
        choices=[(one.value, one.label) for one in GIVEN],
        choice_hints=ACTION_HINTS,
        missing=_("Choisissez au moins un droit."),
    )
    process = SelectField(label=_("Démarche"), choices=[])
    unit = SelectField(
        label=_("Sur quoi"),
        choices=[],
        required=False,
        hint=_("Un droit sur tout l’organisme couvre aussi les dossiers qui ne sont rattachés à aucun service."),
    )
    valid_to = DateField(
        label=_("Dernier jour"), required=False, hint=_("Un an au plus. Sans date, le droit dure un an.")
    )
    strong = CheckField(label=_("Exiger une connexion à deux facteurs"), required=False)
    depth = CheckField(label=_("La personne pourra retransmettre ces droits"), required=False)
    arrondissement = TextField(
        label=_("Seulement ces arrondissements"),
        required=False,
        width="m",
        hint=_("Numéros séparés par des virgules."),
    )
    amount = NumberField(label=_("Seulement jusqu’à ce montant, en euros"), required=False, min_value=0)
    mine = CheckField(label=_("Seulement ses propres dossiers"), required=False)
    reason = TextField(label=_("Motif"), max_length=300, required=False)

    def condition(self) -> dict[str, Any]:
        """What narrows the right, in the words of `access.conditions`."""
        answers, said = self.cleaned_data, {}
        words = [word.strip() for word in answers["arrondissement"].split(",") if word.strip()]
        if words:
            said["arrondissement"] = {"in": words}
        if answers["amount"] is not None:
            said["amount"] = {"at_most": answers["amount"]}
        return said | ({"in_charge": {"mine": True}} if answers["mine"] else {})


class MandateForm(Choosing):
    """An act by which the organisation mandates an editor."""

    siret = TextField(label=_("SIRET de l’éditeur"), max_length=17, width="m", missing=_("Saisissez le SIRET."))
    reference = TextField(
        label=_("Référence de la délibération ou de la convention"),
        max_length=100,
        missing=_("Saisissez la référence."),
    )
    signed_on = DateField(label=_("Date de signature"), past=True)
    document = FileField(
        label=_("Acte signé"),
        formats=("pdf",),
        hint=_("Le fichier n’est pas conservé : seule son empreinte l’est."),
        missing=_("Joignez l’acte signé."),
    )
    actions = ChecksField(
        label=_("Ce que l’éditeur pourra faire"), choices=[], missing=_("Choisissez au moins un droit.")
    )
    process = SelectField(label=_("Démarche"), choices=[])
    valid_to = DateField(label=_("Dernier jour"), required=False, hint=_("Douze mois au plus."))


class AbsenceForm(Choosing):
    """Who is away, who stands in, and when."""

    absent = SelectField(label=_("Personne absente"), choices=[], missing=_("Choisissez la personne absente."))
    substitute = SelectField(label=_("Suppléée par"), choices=[], missing=_("Choisissez qui la supplée."))
    starts_on = DateField(label=_("Premier jour"))
    ends_on = DateField(label=_("Dernier jour"))


class SheetForm(Form):
    """A file of people and rights."""

    file = FileField(label=_("Fichier CSV"), formats=("csv", "txt"), missing=_("Choisissez le fichier à importer."))


class QuestionForm(Choosing):
    """What one wants to know: who can, or why someone can."""

    action = SelectField(label=_("Droit"), choices=[(one.value, one.label) for one in GIVEN])
    process = SelectField(label=_("Démarche"), choices=[])
    unit = SelectField(label=_("Rattaché au service"), choices=[], required=False)
    person = SelectField(
        label=_("Pour une personne"), choices=[], required=False, hint=_("Sans choix : toutes les personnes.")
    )
