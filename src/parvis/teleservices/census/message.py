"""From the answers of the form to the `10870-XML` message."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from parvis.core.clock import PARIS
from parvis.teleservices.census.payload import (
    Address,
    Birth,
    Census,
    Contact,
    Family,
    Formality,
    Parent,
)

Answers = Mapping[str, Mapping[str, Any]]
TITLES = {"1": "M", "2": "MME"}


def census_of(answers: Answers, *, number: str, submitted_at: datetime) -> Census:
    """Return the message for complete, checked answers (typed: dates are dates)."""
    identity, parents, home, situation = (answers[k] for k in ("identite", "parents", "domicile", "situation"))
    return Census(
        formality=Formality(
            identifier=number, submitted_at=submitted_at.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S")
        ),
        title=TITLES[identity["sexe"]],
        sex=identity["sexe"],
        family_name=_upper(identity["nom_famille"]),
        used_name=_upper(identity["nom_usage"]),
        first_name=_upper(identity["prenom_usuel"]),
        other_names=_upper(identity["autres_prenoms"]),
        birth=_birth(identity),
        home=_home(home),
        residence=_residence(home),
        family=Family(
            marital_status=situation["situation_matrimoniale"],
            children=str(situation["nombre_enfants"]),
            ward="true" if situation["pupille"] == "oui" else "",
            siblings=str(situation["nombre_freres_soeurs"]),
        ),
        contacts=_contacts(situation),
        father=_parent(parents, "pere"),
        mother=_parent(parents, "mere"),
    )


def _birth(identity: Mapping[str, Any]) -> Birth:
    place = identity["commune_naissance"] if identity["pays_naissance"] == "FRA" else None
    return Birth(
        date=_day(identity["date_naissance"]),
        country=identity["pays_naissance"],
        nationality="FRA",
        insee=place.code if place else "",
        commune=_upper(place.name if place else identity["ville_naissance"]),
        other=place.postcodes[0] if place and place.postcodes else "",
    )


def _home(home: Mapping[str, Any]) -> Address:
    return Address(
        complement=_upper(home["complement"]),
        number=home["numero"],
        extension=_upper(home["extension"]),
        street_type=home["type_voie"],
        street=_upper(home["nom_voie"]),
        postcode=home["code_postal"],
        town=_upper(home["commune"].name),
        insee=home["commune"].code,
    )


def _residence(home: Mapping[str, Any]) -> Address:
    return Address(
        street=_upper(home["residence_voie"]),
        postcode=home["residence_code_postal"],
        town=_upper(home["residence_localite"]),
    )


def _contacts(situation: Mapping[str, Any]) -> tuple[Contact, ...]:
    found = [Contact(situation["email"], "EMAIL")]
    if situation["telephone"]:
        found.append(Contact(situation["telephone"], "TEL"))
    return tuple(found)


def _parent(parents: Mapping[str, Any], who: str) -> Parent:
    return Parent(
        family_name=_upper(parents[f"{who}_nom"]),
        first_name=_upper(parents[f"{who}_prenom"]),
        other_names=_upper(parents[f"{who}_autres_prenoms"]),
        birth=Birth(
            date=_day(parents[f"{who}_date_naissance"]),
            country=parents[f"{who}_pays_naissance"],
            nationality=parents[f"{who}_nationalite"],
            commune=_upper(parents[f"{who}_lieu_naissance"]),
        ),
    )


def _day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value else ""


def _upper(value: str | None) -> str:
    """The message writes names in capitals, accents kept."""
    return (value or "").upper()
