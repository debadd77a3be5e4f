"""Forms of a subscription: asking for it, choosing how to receive, deciding."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parvis.exchange.enums import AccessMode, MailFrequency
from parvis.ui.forms import Form, LongTextField, RadioField, SelectField

MOST_ADDRESSES = 10
_MODES: dict[str, Any] = {
    AccessMode.PORTAL: _("Vos agents traitent les dossiers en ligne, sans rien installer."),
    AccessMode.API: _("Votre logiciel vient chercher les dossiers avec l’identifiant que l’opérateur lui a donné."),
}
_RHYTHMS: dict[str, Any] = {
    MailFrequency.DAILY: _("À 8 h, s’il y a du nouveau."),
    MailFrequency.TWICE_DAILY: _("À 8 h et à 14 h, s’il y a du nouveau."),
}


class AddressesField(LongTextField):
    """Several electronic addresses, one a line."""

    def clean(self, value: Any) -> list[str]:
        """Return the addresses, each once. Name every one that is not an address."""
        text = super().clean(value) or ""
        addresses = list(dict.fromkeys(line.strip().lower() for line in text.replace(",", "\n").splitlines()))
        addresses = [address for address in addresses if address]
        wrong = [address for address in addresses if not _is_address(address)]
        if wrong:
            raise ValidationError(
                gettext("Cette adresse n’est pas valable : %(address)s. Exemple : accueil@mairie.fr."),
                params={"address": wrong[0][:80]},
            )
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(gettext("Indiquez %(most)s adresses au plus."), params={"most": MOST_ADDRESSES})
        return addresses


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


class RequestForm(Form):
    """What an organisation asks to receive."""

    organisation = SelectField(label=_("Organisme"), choices=[], missing=_("Choisissez l’organisme qui recevra."))
    process = SelectField(label=_("Démarche"), choices=[], missing=_("Choisissez la démarche à recevoir."))
    emails = AddressesField(
        label=_("Adresses à prévenir"),
        hint=_(
            "Une adresse par ligne. Elles sont prévenues à chaque étape de l’abonnement, puis des nouveaux dossiers."
        ),
        missing=_("Indiquez au moins une adresse électronique."),
        max_length=4000,
    )

    def __init__(
        self, *args: Any, organisations: list[tuple[str, str]], processes: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]
        self.fields["process"].choices = [("", _("Choisissez une démarche")), *processes]  # type: ignore[attr-defined]


class ReceptionForm(Form):
    """How a subscriber takes its cases, and who is written to."""

    mode = RadioField(
        label=_("Comment voulez-vous recevoir les dossiers ?"),
        choices=AccessMode.choices,
        choice_hints=_MODES,
        missing=_("Choisissez comment vous recevrez les dossiers."),
    )
    frequency = RadioField(
        label=_("Quand voulez-vous être prévenu des nouveaux dossiers ?"),
        choices=MailFrequency.choices,
        choice_hints=_RHYTHMS,
        missing=_("Choisissez quand vous serez prévenu."),
    )
    emails = AddressesField(
        label=_("Adresses à prévenir"), hint=_("Une adresse par ligne."), required=False, max_length=4000
    )

    def clean(self) -> dict[str, Any]:
        """Refuse to write often to nobody."""
        answers = super().clean() or {}
        silent = answers.get("frequency") in ("", None, MailFrequency.NONE)
        if not silent and "emails" in answers and not answers["emails"]:
            self.add_error("emails", _("Indiquez au moins une adresse, ou choisissez de n’être jamais prévenu."))
        return answers


class RefusalForm(Form):
    """Why a request is refused."""

    reason = LongTextField(
        label=_("Motif du refus"),
        hint=_("Il est envoyé à l’organisme : dites ce qu’il peut faire."),
        missing=_("Expliquez pourquoi la demande est refusée."),
        max_length=1000,
    )
