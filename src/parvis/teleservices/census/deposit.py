"""What a complete recensement citoyen sends to the town hall: its documents, its fields, its recipient."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import translation

from parvis.core import typeset
from parvis.core.clock import PARIS, today
from parvis.core.errors import DomainError, Problems
from parvis.directory import queries as directory
from parvis.exchange import queries as exchange
from parvis.exchange.commands import Applicant
from parvis.teleservices.census import payload, rules
from parvis.teleservices.census.forms import situation
from parvis.teleservices.census.journey import CENSUS
from parvis.teleservices.census.message import census_of
from parvis.teleservices.journey import shown
from parvis.teleservices.places import Place

PROCESS = "recensementCitoyen"
XML_TYPE, PDF_TYPE = "10870-XML", "10870-PDF"
_TEMPLATE = Path(__file__).parents[1] / "summary.typ"
Answers = Mapping[str, Mapping[str, Any]]


def check(answers: Answers) -> None:
    """Check again, at the moment of sending, what the law makes depend on the day. Raise DomainError."""
    problems = Problems()
    rules.check(situation(dict(answers["identite"])), today(), problems)
    problems.refuse_if_any()


def recipient(home: Place) -> UUID:
    """Return the town hall of the home address. Raise DomainError, with what to do, when it takes no folder online."""
    organisation = directory.organisation_of_commune(home.code)
    if organisation is None or not exchange.receives(PROCESS, organisation.id):
        raise DomainError(
            "commune_not_served",
            "La mairie de %(commune)s ne reçoit pas encore cette démarche en ligne. Présentez-vous à la mairie avec "
            "votre pièce d’identité et le livret de famille : c’est gratuit.",
            field="commune",
            params={"commune": home.name},
        )
    return organisation.id


def applicant(answers: Answers, account: UUID) -> Applicant:
    """Return the person the folder is about."""
    identity, situation = answers["identite"], answers["situation"]
    return Applicant(identity["prenom_usuel"], identity["nom_famille"], situation["email"], account)


def fields(answers: Answers) -> dict[str, Any]:
    """Return the few answers that the `10870` message has no element for."""
    identity, situation = answers["identite"], answers["situation"]
    since = identity["francais_depuis"]
    return {"scolarite": situation["scolarite"], "francais_depuis": since.isoformat() if since else ""}


def xml_message(answers: Answers, *, number: str, submitted_at: datetime) -> bytes:
    """Return the `10870-XML` message."""
    return payload.emit(census_of(answers, number=number, submitted_at=submitted_at))


def pdf_summary(answers: Answers, *, number: str, submitted_at: datetime) -> bytes:
    """Return the `10870-PDF` summary, in French whatever the language of the person's screen."""
    with translation.override("fr"):
        moment = submitted_at.astimezone(PARIS)
        return typeset.render(
            _TEMPLATE,
            {
                "title": "Recensement citoyen",
                "author": "Parvis",
                "number": number,
                "lead": f"Demande {number}, déposée en ligne le {moment:%d/%m/%Y} à {moment:%Hh%M}.",
                "note": "Déclaration faite au titre de l’article R*111-1 du code du service national.",
                "sections": _sections(answers),
            },
        )


def _sections(answers: Answers) -> list[dict[str, Any]]:
    sections = []
    for step in CENSUS.steps:
        given = answers[step.slug]
        for group in step.groups:
            rows = [
                {"term": str(step.form.base_fields[name].label), "value": text}
                for name in group.fields
                if (text := shown(step.form.base_fields[name], given.get(name)))
            ]
            if rows:
                sections.append({"title": str(group.legend), "rows": rows})
    return sections
