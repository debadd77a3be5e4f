"""Invented content for the living style page: every component in each of its states."""

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils import timezone

from parvis.ui import forms
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Entry, FileItem, Link, NavGroup, NavItem, Row, Segment, Table

HERE = "#contenu"
KINDS = [("full", "Copie intégrale"), ("extract", "Extrait avec filiation"), ("plain", "Extrait sans filiation")]


class SampleForm(forms.Form):
    """One field of each kind."""

    birth_name = forms.TextField(
        label="Nom de naissance",
        hint="Tel qu’il figure sur l’acte de naissance.",
        missing="Saisissez le nom de naissance.",
        autocomplete="family-name",
        max_length=100,
    )
    usual_name = forms.TextField(label="Nom d’usage", required=False, max_length=100)
    email = forms.EmailField(label="Adresse électronique", hint="Pour vous prévenir de l’avancement, rien d’autre.")
    phone = forms.PhoneField(label="Téléphone", required=False, hint="Si la mairie doit vous joindre vite.")
    birth_date = forms.DateField(label="Date de naissance", hint="Par exemple 14 7 1989", birth=True)
    commune = forms.SuggestField(
        label="Commune de naissance",
        hint="Saisissez les premières lettres.",
        url="/style/",
        missing="Saisissez la commune de naissance.",
    )
    kind = forms.RadioField(
        label="Document demandé",
        choices=KINDS,
        choice_hints={"full": "Demandée pour un mariage ou un passeport."},
        missing="Choisissez le document demandé.",
    )
    copies = forms.NumberField(label="Nombre d’exemplaires", min_value=1, max_value=5, initial=1)
    reason = forms.SelectField(
        label="Motif", choices=[("", "Choisir"), ("marriage", "Mariage"), ("passport", "Passeport"), ("other", "Autre")]
    )
    channels = forms.ChecksField(
        label="Être prévenu par", choices=[("mail", "Courriel"), ("sms", "SMS"), ("post", "Courrier")], required=False
    )
    proof = forms.FileField(label="Pièce d’identité", hint="Recto et verso dans le même fichier.")
    message = forms.LongTextField(label="Précisions", required=False)
    agreed = forms.CheckField(
        label="J’atteste l’exactitude de ces informations", missing="Cochez la case pour attester l’exactitude."
    )


def faulty_form() -> SampleForm:
    """The same form sent with mistakes."""
    typed = {
        "email": "jeanne",
        "birth_date_day": "31",
        "birth_date_month": "2",
        "birth_date_year": "1989",
        "copies": "x",
    }
    return SampleForm({f"wrong-{name}": text for name, text in typed.items()}, prefix="wrong")


def context(page_number: int) -> dict[str, Any]:
    """Everything the style page shows."""
    return {
        "sample": SampleForm(),
        "wrong": faulty_form(),
        "rows": [
            Row("Nom de naissance", "Le Goff", HERE),
            Row("Date de naissance", "14 juillet 1989", HERE),
            Row("Nom d’usage", "", HERE),
        ],
        "table": _table(),
        "empty_table": Table(
            "Demandes closes", ("Numéro", "État"), empty="Une demande arrive ici quand elle est acceptée ou refusée."
        ),
        "files": _files(),
        "entries": _entries(),
        "views": [
            NavItem("À traiter", HERE, current=True, count=12),
            NavItem("En attente de l’usager", HERE, count=3),
            NavItem("Toutes", HERE, count=248),
        ],
        "sections": _sections(),
        "segments": [
            Segment("Acceptées", 148, "success"),
            Segment("En cours", 62, "info"),
            Segment("En retard", 23, "warning"),
            Segment("Refusées", 15, "error"),
        ],
        "documents": ["Une pièce d’identité en cours de validité", "Un justificatif de domicile de moins de 3 mois"],
        "next_steps": [
            "La mairie vérifie votre demande sous 5 jours.",
            "Vous recevez un message à chaque étape.",
            "L’acte arrive par courrier à votre adresse.",
        ],
        "results": _page(page_number),
        "colours": ["ink", "ink-soft", "accent", "focus", "info", "success", "warning", "error"],
    }


def _page(number: int) -> Page[int]:
    """One page of many results."""
    return Paginator(range(240), 20).get_page(number)


def _table() -> Table:
    """Three cases of an inbox."""
    columns = ("Demande", "Objet", "Reçue le", Column("Pièces", numeric=True), "État")
    today = timezone.localdate()
    lines = [
        ("PV-2026-000412", "Copie d’acte de naissance", today, 2, badge("info", "Nouvelle")),
        ("PV-2026-000397", "Inscription électorale", today - timedelta(days=2), 3, badge("warning", "À compléter")),
        ("PV-2026-000344", "Recensement citoyen", today - timedelta(days=9), 1, badge("success", "Acceptée")),
    ]
    rows = [(Link(number, HERE), subject, when(day), pieces, state) for number, subject, day, pieces, state in lines]
    return Table("Demandes à traiter", columns, rows, total=12)


def _files() -> list[FileItem]:
    """Two files to download and one that is gone."""
    return [
        FileItem("Pièce d’identité.pdf", HERE, "PDF", 812_000),
        FileItem("Justificatif de domicile.jpg", HERE, "image JPEG", 2_430_000),
        FileItem("Ancienne attestation.pdf", note="supprimée à la fin de sa durée de conservation"),
    ]


def _entries() -> list[Entry]:
    """A case from its deposit to a question."""
    now = timezone.now()
    return [
        Entry(
            now - timedelta(hours=2),
            "Complément demandé",
            author="Mairie de Rennes, état civil",
            message="La pièce d’identité est illisible : envoyez une photo plus nette.",
            tone="warning",
        ),
        Entry(now - timedelta(days=3), "Demande prise en charge", author="Mairie de Rennes, état civil", tone="info"),
        Entry(
            now - timedelta(days=4),
            "Demande déposée",
            author="Jeanne Le Goff",
            files=_files()[:2],
            tone="success",
        ),
        Entry(date(1989, 7, 14), "Naissance"),
    ]


def _sections() -> list[NavItem | NavGroup]:
    """The sections of the style page itself."""
    return [
        NavGroup(
            "Écrire",
            [
                NavItem("Texte et couleurs", "#text"),
                NavItem("Boutons", "#buttons"),
                NavItem("Messages", "#messages"),
            ],
        ),
        NavGroup("Demander", [NavItem("Champs", "#fields"), NavItem("Champs en erreur", "#errors")]),
        NavGroup(
            "Montrer",
            [
                NavItem("Listes et tableaux", "#lists"),
                NavItem("Se déplacer", "#moving"),
                NavItem("Cartes et chiffres", "#cards"),
            ],
        ),
        NavGroup("Pages types", [NavItem("Début, fin, dossier", "#patterns")]),
    ]
