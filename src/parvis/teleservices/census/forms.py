"""Questions of the recensement citoyen, a form a step. Field names are French: they travel to the town hall."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from parvis.core import words
from parvis.core.clock import today
from parvis.core.errors import Problems
from parvis.teleservices.census import choices, rules
from parvis.teleservices.places import CommuneField, Place
from parvis.ui.forms import (
    DateField,
    EmailField,
    Form,
    NumberField,
    PhoneField,
    RadioField,
    SelectField,
    TextField,
)

NAME_LENGTH = 100
_not_a_name = RegexValidator(r"^[^\d<>@#{}\[\]\\^_=+*/|~]*$", _("Un nom ne contient ni chiffre ni symbole."))


def _name(**options: Any) -> TextField:
    return TextField(max_length=NAME_LENGTH, validators=[_not_a_name], width="l", **options)


class IdentityForm(Form):
    """Who registers. The rules of age and nationality are checked here, before any other question is asked."""

    francais = RadioField(
        label=_("Avez-vous la nationalité française ?"),
        choices=choices.YES_NO,
        missing=_("Indiquez si vous avez la nationalité française."),
    )
    francais_depuis = DateField(
        label=_("Si vous êtes devenu français après votre naissance, depuis quelle date ?"),
        hint=_("Date du décret, de la déclaration ou du jugement. Laissez vide si vous êtes français de naissance."),
        conditional=True,
    )
    sexe = RadioField(
        label=_("Sexe inscrit sur l’acte de naissance"),
        choices=choices.SEXES,
        missing=_("Indiquez le sexe inscrit sur l’acte de naissance."),
    )
    nom_famille = _name(
        label=_("Nom de famille"),
        hint=_("Le nom inscrit sur l’acte de naissance."),
        missing=_("Saisissez le nom de famille."),
        autocomplete="family-name",
    )
    nom_usage = _name(label=_("Nom d’usage"), required=False)
    prenom_usuel = _name(
        label=_("Prénom usuel"),
        hint=_("Celui que vous utilisez tous les jours."),
        missing=_("Saisissez le prénom usuel."),
        autocomplete="given-name",
    )
    autres_prenoms = _name(label=_("Autres prénoms"), hint=_("Dans l’ordre de l’acte de naissance."), required=False)
    date_naissance = DateField(
        label=_("Date de naissance"),
        hint=_("Par exemple : 7 9 2010."),
        missing=_("Saisissez la date de naissance."),
        birth=True,
    )
    pays_naissance = SelectField(
        label=_("Pays de naissance"), choices=choices.COUNTRIES, missing=_("Choisissez le pays de naissance.")
    )
    commune_naissance = CommuneField(label=_("Commune de naissance, si vous êtes né en France"), conditional=True)
    ville_naissance = TextField(
        label=_("Ville de naissance, si vous êtes né à l’étranger"), conditional=True, max_length=100, width="l"
    )

    def clean(self) -> dict[str, Any]:
        """Check the place of birth against the country, then the rules of the law."""
        answers = super().clean() or {}
        abroad = answers.get("pays_naissance", "FRA") != "FRA"
        if abroad and not answers.get("ville_naissance") and "ville_naissance" not in self.errors:
            self.add_error("ville_naissance", _("Saisissez la ville de naissance."))
        if not abroad and not answers.get("commune_naissance") and "commune_naissance" not in self.errors:
            self.add_error("commune_naissance", _("Saisissez la commune de naissance."))
        if answers.get("date_naissance"):
            self._check_rules(answers)
        return answers

    def _check_rules(self, answers: dict[str, Any]) -> None:
        problems = Problems()
        rules.check(situation(answers), today(), problems)
        for problem in problems.found:
            if problem.field not in self.errors:
                self.add_error(problem.field, words.said(problem))


def situation(answers: dict[str, Any]) -> rules.Situation:
    """Return what the rules look at, from the answers of the identity step."""
    return rules.Situation(
        born_on=answers["date_naissance"],
        is_french=answers.get("francais") == "oui",
        sex=answers.get("sexe", ""),
        french_since=answers.get("francais_depuis"),
    )


class ParentsForm(Form):
    """Father and mother as the birth certificate names them. Everything is optional: a filiation may be unknown."""

    mere_nom = _name(label=_("Nom de naissance"), required=False)
    mere_prenom = _name(label=_("Prénom usuel"), required=False)
    mere_autres_prenoms = _name(label=_("Autres prénoms"), required=False)
    mere_date_naissance = DateField(label=_("Date de naissance"), required=False, past=True)
    mere_pays_naissance = SelectField(label=_("Pays de naissance"), choices=choices.OPTIONAL_COUNTRIES, required=False)
    mere_lieu_naissance = TextField(label=_("Ville de naissance"), required=False, max_length=NAME_LENGTH, width="l")
    mere_nationalite = SelectField(label=_("Nationalité"), choices=choices.OPTIONAL_COUNTRIES, required=False)
    pere_nom = _name(label=_("Nom de naissance"), required=False)
    pere_prenom = _name(label=_("Prénom usuel"), required=False)
    pere_autres_prenoms = _name(label=_("Autres prénoms"), required=False)
    pere_date_naissance = DateField(label=_("Date de naissance"), required=False, past=True)
    pere_pays_naissance = SelectField(label=_("Pays de naissance"), choices=choices.OPTIONAL_COUNTRIES, required=False)
    pere_lieu_naissance = TextField(label=_("Ville de naissance"), required=False, max_length=NAME_LENGTH, width="l")
    pere_nationalite = SelectField(label=_("Nationalité"), choices=choices.OPTIONAL_COUNTRIES, required=False)


class HomeForm(Form):
    """Where the person lives: it decides which town hall receives the folder (art. R*111-1)."""

    numero = TextField(label=_("Numéro"), required=False, max_length=5, width="xs")
    extension = TextField(
        label=_("Complément du numéro"), hint=_("bis, ter, A…"), required=False, max_length=10, width="xs"
    )
    type_voie = SelectField(label=_("Type de voie"), choices=choices.STREET_TYPES, required=False)
    nom_voie = TextField(
        label=_("Nom de la voie ou lieu-dit"),
        missing=_("Saisissez le nom de la voie ou le lieu-dit."),
        max_length=38,
        width="l",
    )
    complement = TextField(label=_("Étage, bâtiment, résidence"), required=False, max_length=38, width="l")
    code_postal = TextField(
        label=_("Code postal"),
        missing=_("Saisissez le code postal."),
        validators=[RegexValidator(r"^\d{5}$", _("Un code postal comporte 5 chiffres, par exemple 35000."))],
        autocomplete="postal-code",
        width="s",
    )
    commune = CommuneField(label=_("Commune"), missing=_("Saisissez la commune où vous habitez."))
    residence_voie = TextField(
        label=_("Adresse"), hint=_("Numéro et nom de la voie."), required=False, max_length=38, width="l"
    )
    residence_code_postal = TextField(
        label=_("Code postal"),
        required=False,
        validators=[RegexValidator(r"^\d{5}$", _("Un code postal comporte 5 chiffres, par exemple 35000."))],
        width="s",
    )
    residence_localite = TextField(label=_("Ville"), required=False, max_length=38, width="l")

    def clean(self) -> dict[str, Any]:
        """Check that the postcode is one of the commune's."""
        answers = super().clean() or {}
        place, postcode = answers.get("commune"), answers.get("code_postal")
        if isinstance(place, Place) and postcode and place.postcodes and postcode not in place.postcodes:
            self.add_error(
                "code_postal",
                _("%(postcode)s n’est pas un code postal de %(commune)s (%(known)s). Corrigez l’un ou l’autre.")
                % {"postcode": postcode, "commune": place.name, "known": ", ".join(place.postcodes[:5])},
            )
        return answers


class SituationForm(Form):
    """Family, studies or work (art. L113-2), and how to reach the person."""

    situation_matrimoniale = RadioField(
        label=_("Situation familiale"),
        choices=choices.MARITAL,
        missing=_("Indiquez votre situation familiale."),
    )
    nombre_enfants = NumberField(
        label=_("Nombre d’enfants à charge"),
        missing=_("Saisissez le nombre d’enfants, 0 si vous n’en avez pas."),
        validators=[MinValueValidator(0), MaxValueValidator(20)],
    )
    nombre_freres_soeurs = NumberField(
        label=_("Nombre de frères et sœurs"),
        missing=_("Saisissez le nombre de frères et sœurs, 0 si vous n’en avez pas."),
        validators=[MinValueValidator(0), MaxValueValidator(30)],
    )
    pupille = RadioField(
        label=_("Êtes-vous pupille de l’État ou pupille de la Nation ?"),
        choices=choices.YES_NO,
        missing=_("Indiquez si vous êtes pupille."),
    )
    scolarite = SelectField(
        label=_("Études ou travail"),
        choices=choices.SCHOOLING,
        missing=_("Choisissez votre situation d’études ou de travail."),
    )
    email = EmailField(
        label=_("Adresse électronique"),
        hint=_("Pour recevoir votre attestation et la convocation à la journée défense et citoyenneté."),
        missing=_("Saisissez une adresse électronique."),
    )
    telephone = PhoneField(label=_("Téléphone"), required=False)
