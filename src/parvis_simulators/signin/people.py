"""Invented people who sign in, and how each family of providers describes them."""

from collections.abc import Mapping

CITIZENS: Mapping[str, Mapping[str, str]] = {
    "jeanne": {
        "given_name": "Jeanne",
        "family_name": "Valmorel",
        "birthdate": "2009-03-14",
        "gender": "female",
        "birthplace": "35238",
        "birthcountry": "99100",
    },
    "karim": {
        "given_name": "Karim",
        "family_name": "Ouldrane",
        "birthdate": "1987-11-02",
        "gender": "male",
        "birthplace": "",
        "birthcountry": "99352",
    },
}
AGENTS: Mapping[str, Mapping[str, str]] = {
    "solene": {
        "given_name": "Solène",
        "usual_name": "Kerdoncuff",
        "email": "solene.kerdoncuff@rennes.example",
        "uid": "solene.kerdoncuff",
        "siret": "21350238800019",
    },
    "marc": {
        "given_name": "Marc",
        "usual_name": "Baldini",
        "email": "marc.baldini@nice.example",
        "uid": "marc.baldini",
        "siret": "21060088800015",
    },
}
