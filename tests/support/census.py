"""Answers to the recensement citoyen, complete and right."""

from datetime import date
from typing import Any

from parvis.core.clock import today
from parvis.teleservices.census.rules import add_years


def born(age: int = 16, days: int = -10) -> date:
    """Return the birth date of someone who turned `age` ten days ago."""
    day = today()
    return date.fromordinal(add_years(day, -age).toordinal() + days)


def identity(**changes: Any) -> dict[str, Any]:
    """What a browser posts for the first step."""
    birth = changes.pop("birth", born())
    return {
        "francais": "oui",
        "francais_depuis_day": "",
        "francais_depuis_month": "",
        "francais_depuis_year": "",
        "sexe": "2",
        "nom_famille": "Martin",
        "nom_usage": "",
        "prenom_usuel": "Camille",
        "autres_prenoms": "Jeanne, Élise",
        "date_naissance_day": str(birth.day),
        "date_naissance_month": str(birth.month),
        "date_naissance_year": str(birth.year),
        "pays_naissance": "FRA",
        "commune_naissance": "Nice",
        "commune_naissance_code": "06088",
        "ville_naissance": "",
    } | changes


def parents(**changes: Any) -> dict[str, Any]:
    """What a browser posts for the second step."""
    return {"mere_nom": "Durand", "mere_prenom": "Anne", "pere_nom": "Martin", "pere_prenom": "Paul"} | changes


def home(**changes: Any) -> dict[str, Any]:
    """What a browser posts for the third step."""
    return {
        "numero": "12",
        "extension": "bis",
        "type_voie": "RUE",
        "nom_voie": "des Lilas",
        "code_postal": "35000",
        "commune": "Rennes",
        "commune_code": "35238",
    } | changes


def situation(**changes: Any) -> dict[str, Any]:
    """What a browser posts for the fourth step."""
    return {
        "situation_matrimoniale": "Célibataire",
        "nombre_enfants": "0",
        "nombre_freres_soeurs": "2",
        "pupille": "non",
        "scolarite": "lycee",
        "email": "camille@exemple.example",
        "telephone": "06 12 34 56 78",
    } | changes


STEPS = {"identite": identity, "parents": parents, "domicile": home, "situation": situation}
