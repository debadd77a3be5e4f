"""Forms of the parapheur."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.signing.enums import Level, RevocationReason, StepKind
from parvis.ui.forms import DateField, FileField, Form, LongTextField, RadioField, SelectField, TextField

Choices = Sequence[tuple[str, Any]]
MOST_STEPS = 4
MOST_BYTES = 50_000_000
PARTNER_ROLES: Choices = (
    (StepKind.VISA, _("Il vise en premier")),
    (StepKind.SIGNATURE, _("Il signe en dernier")),
)


class AnswerForm(Form):
    """What an officer answers to one document."""

    decision = RadioField(label=_("Que voulez-vous faire ?"), choices=[], missing=_("Choisissez une action."))
    comment = LongTextField(
        label=_("Message"),
        hint=_("Obligatoire pour refuser ou renvoyer : l’expéditeur le lira."),
        required=False,
        conditional=True,
        max_length=1000,
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]


class SubmissionForm(Form):
    """A document sent by hand."""

    circuit = SelectField(label=_("Circuit"), choices=[], missing=_("Choisissez le circuit."))
    title = TextField(label=_("Titre"), max_length=200, hint=_("Ce que liront les personnes qui visent et signent."))
    document = FileField(
        label=_("Document"), formats=("pdf", "xml"), max_bytes=MOST_BYTES, missing=_("Choisissez le document à signer.")
    )
    due_on = DateField(label=_("À signer avant le"), required=False)

    def __init__(self, *args: Any, circuits: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circuit"].choices = [("", _("Choisissez")), *circuits]  # type: ignore[attr-defined]


class CorrectionForm(Form):
    """The corrected document."""

    document = FileField(
        label=_("Document corrigé"),
        formats=("pdf", "xml"),
        max_bytes=MOST_BYTES,
        missing=_("Choisissez le document corrigé."),
    )


class AbsenceForm(Form):
    """Who answers while one is away."""

    to = SelectField(label=_("Qui répond à votre place ?"), choices=[], missing=_("Choisissez une personne."))
    starts_on = DateField(label=_("Du"), missing=_("Indiquez le premier jour de l’absence."))
    ends_on = DateField(label=_("Au (compris)"), missing=_("Indiquez le dernier jour de l’absence."))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", _("Choisissez")), *people]  # type: ignore[attr-defined]

    def last_moment(self) -> date:
        """The day after the last one."""
        found: date = self.cleaned_data["ends_on"]
        return found + timedelta(days=1)


class CircuitForm(Form):
    """A new circuit: up to three visas, a signature, a step of another organisation, what is kept with signatures."""

    name = TextField(label=_("Nom du circuit"), max_length=120, missing=_("Donnez un nom au circuit."))

    def __init__(self, *args: Any, readers: Choices, signers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = ("", _("Personne"))
        for place in range(1, MOST_STEPS):
            self.fields[f"visa{place}"] = SelectField(
                label=_("Visa n° %(place)s") % {"place": place}, choices=[nobody, *readers], required=False
            )
        self.fields["signer"] = SelectField(
            label=_("Signature"), choices=[("", _("Choisissez")), *signers], required=False
        )
        self.fields["partner"] = TextField(
            label=_("Organisme partenaire"),
            hint=_(
                "Son SIRET, s’il vise ou signe aussi : une intercommunalité, une commune. Pour une commune, ajoutez un "
                "tiret et son code INSEE. Son administrateur dira qui répond pour lui."
            ),
            required=False,
            width="m",
        )
        self.fields["role"] = RadioField(label=_("Ce que fait le partenaire"), choices=PARTNER_ROLES, required=False)
        self.fields["level"] = RadioField(
            label=_("Ce qui accompagne la signature d’un PDF"),
            choices=[(one.value, one.label) for one in Level if one is not Level.B_B],
            initial=Level.B_T,
            missing=_("Choisissez ce qui accompagne la signature."),
        )

    def clean(self) -> dict[str, Any]:
        """Ask who signs, unless the partner does, and what the partner does."""
        answers = super().clean() or {}
        partner, role = answers.get("partner"), answers.get("role")
        if not answers.get("signer") and not (partner and role == StepKind.SIGNATURE):
            self.add_error("signer", _("Choisissez qui signe."))
        if partner and not role:
            self.add_error("role", _("Choisissez ce que fait le partenaire."))
        return answers

    def steps(self) -> list[tuple[StepKind, str]]:
        """The steps chosen, in order, those of the partner apart."""
        answers = self.cleaned_data
        visas = [answers.get(f"visa{place}") for place in range(1, MOST_STEPS)]
        found = [(StepKind.VISA, str(one)) for one in visas if one]
        return [*found, *([(StepKind.SIGNATURE, str(answers["signer"]))] if answers.get("signer") else [])]


class PartnerForm(Form):
    """Who answers for one's organisation in the circuit of another."""

    officer = SelectField(label=_("Qui répond pour nous ?"), choices=[], missing=_("Choisissez une personne."))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [("", _("Choisissez")), *people]  # type: ignore[attr-defined]


class RevocationForm(Form):
    """Why a certificate is revoked."""

    reason = RadioField(
        label=_("Pourquoi le révoquer ?"), choices=RevocationReason.choices, missing=_("Choisissez une raison.")
    )


class KeyForm(Form):
    """A new key for an officer."""

    holder = SelectField(label=_("Pour qui ?"), choices=[], missing=_("Choisissez une personne."))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].choices = [("", _("Choisissez")), *people]  # type: ignore[attr-defined]


class CardForm(Form):
    """The certificate of a card, as a file: the helper's script sends them by itself."""

    file = FileField(
        label=_("Fichier du certificat"),
        hint=_("Pour enregistrer la carte sans l’assistant : son certificat, au format PEM ou DER."),
        formats=("pem", "crt", "cer"),
        max_bytes=200_000,
        missing=_("Choisissez le fichier du certificat."),
    )


class InstallForm(Form):
    """The certificate that an authority gave."""

    certificate = FileField(
        label=_("Certificat reçu de l’autorité"),
        hint=_("Au format PEM, avec les certificats intermédiaires à la suite s’ils sont dans un autre fichier."),
        formats=("pem", "crt", "cer"),
        max_bytes=200_000,
        missing=_("Choisissez le fichier du certificat."),
    )
