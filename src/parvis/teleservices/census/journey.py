"""The recensement citoyen as a journey: its steps, its documents."""

from django.utils.translation import gettext_lazy as _

from parvis.teleservices.census.forms import HomeForm, IdentityForm, ParentsForm, SituationForm
from parvis.teleservices.journey import Group, Journey, Piece, Step

_PARENT = ("nom", "prenom", "autres_prenoms", "date_naissance", "pays_naissance", "lieu_naissance", "nationalite")

CENSUS = Journey(
    service="recensement-citoyen",
    code="RCO",
    duration=_("10 minutes"),
    documents=(
        _("une pièce d’identité : carte nationale d’identité ou passeport"),
        _("le livret de famille, ou à défaut un acte de naissance"),
    ),
    steps=(
        Step(
            "identite",
            _("Votre identité"),
            IdentityForm,
            (
                Group(_("Votre nationalité"), ("francais", "francais_depuis")),
                Group(_("Votre état civil"), ("nom_famille", "nom_usage", "prenom_usuel", "autres_prenoms", "sexe")),
                Group(
                    _("Votre naissance"),
                    ("date_naissance", "pays_naissance", "commune_naissance", "ville_naissance"),
                ),
            ),
        ),
        Step(
            "parents",
            _("Vos parents"),
            ParentsForm,
            (
                Group(
                    _("Votre mère, ou premier parent"),
                    tuple(f"mere_{name}" for name in _PARENT),
                    _("Laissez vide ce que vous ne savez pas, ou si cette filiation n’est pas établie."),
                ),
                Group(
                    _("Votre père, ou second parent"),
                    tuple(f"pere_{name}" for name in _PARENT),
                    _("Laissez vide ce que vous ne savez pas, ou si cette filiation n’est pas établie."),
                ),
            ),
        ),
        Step(
            "domicile",
            _("Votre domicile"),
            HomeForm,
            (
                Group(
                    _("Adresse du domicile"),
                    ("numero", "extension", "type_voie", "nom_voie", "complement", "code_postal", "commune"),
                    _("C’est la mairie de ce domicile qui recevra votre dossier."),
                ),
                Group(
                    _("Résidence, si vous habitez ailleurs"),
                    ("residence_voie", "residence_code_postal", "residence_localite"),
                    _("Par exemple en internat ou dans un logement étudiant. Sinon, laissez vide."),
                ),
            ),
        ),
        Step(
            "situation",
            _("Votre situation"),
            SituationForm,
            (
                Group(_("Famille"), ("situation_matrimoniale", "nombre_enfants", "nombre_freres_soeurs", "pupille")),
                Group(_("Études ou travail"), ("scolarite",)),
                Group(_("Vous joindre"), ("email", "telephone")),
            ),
        ),
    ),
    pieces=(
        Piece("ji", _("Pièce d’identité"), _("Recto et verso de la carte, ou double page du passeport.")),
        Piece("jf", _("Livret de famille"), _("Les pages des parents et la vôtre, ou un acte de naissance.")),
    ),
)
