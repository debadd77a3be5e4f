"""The small world of the demo: an operator, two towns, a citizen, an agent each, a town's software."""

import json
import os
from pathlib import Path
from typing import Any

from parvis.core.actor import SYSTEM, Actor

PASSWORD = "demonstration-2026"  # noqa: S105 - printed on screen, on purpose, for made-up people
PROCESS = "recensementCitoyen"
OPERATOR_SIRET = "13002603200016"
TOWNS = (
    ("35238", "Mairie de Rennes", "21350238800019", "API"),
    ("06088", "Mairie de Nice", "21060088800015", "PORTAIL"),
)
PEOPLE = {
    "citizen": ("camille.martin@demo.example", "Camille", "Martin"),
    "agent": ("agent.rennes@demo.example", "Alix", "Petit"),
    "agent_nice": ("agent.nice@demo.example", "Dominique", "Rossi"),
}


def load(keys: Path) -> dict[str, Any]:
    """Create whatever is missing and return the accounts. Safe to run again."""
    from parvis.catalogue import commands as catalogue  # noqa: PLC0415 - Django must be ready

    _communes()
    catalogue.install_processes()
    organisations = _organisations()
    accounts = _people(organisations)
    accounts["software"] = _software(keys, organisations["35238"])
    return accounts


def _communes() -> None:
    from django.core.management import call_command  # noqa: PLC0415 - Django must be ready

    from parvis.directory import queries  # noqa: PLC0415 - same

    if queries.commune("35238") is None:
        call_command("import_communes")


def _organisations() -> dict[str, Any]:
    from parvis.directory import commands, queries  # noqa: PLC0415 - Django must be ready
    from parvis.directory.enums import OrganisationKind  # noqa: PLC0415 - same
    from parvis.exchange import commands as exchange  # noqa: PLC0415 - same
    from parvis.exchange.enums import AccessMode  # noqa: PLC0415 - same

    if queries.organisation_for(OPERATOR_SIRET) is None:
        commands.register_organisation(
            kind=OrganisationKind.OPERATOR, name="Plateforme Parvis", siret=OPERATOR_SIRET, actor=SYSTEM
        )
    found: dict[str, Any] = {}
    for code, name, siret, mode in TOWNS:
        found[code] = queries.organisation_for(siret, code) or commands.register_organisation(
            kind=OrganisationKind.COMMUNE, name=name, siret=siret, commune_code=code, actor=SYSTEM
        )
        exchange.subscribe(
            subscriber=found[code].id,
            process=PROCESS,
            access_mode=AccessMode(mode),
            emails=[f"accueil.{code}@demo.example"],
            actor=SYSTEM,
        )
    return found


def _people(organisations: dict[str, Any]) -> dict[str, Any]:
    from parvis.directory import commands as directory  # noqa: PLC0415 - Django must be ready
    from parvis.identity import commands, queries  # noqa: PLC0415 - same

    accounts: dict[str, Any] = {}
    for who, (email, first, last) in PEOPLE.items():
        accounts[who] = {"email": email, "password": PASSWORD}
        if queries.account_by_email(email):
            continue
        account = commands.register_account(
            email=email, password=PASSWORD, first_name=first, last_name=last, actor=SYSTEM
        )
        if who != "citizen":
            town = organisations["35238" if who == "agent" else "06088"]
            directory.add_member(account=account.id, organisation=town.id, title="Agent d’état civil", actor=SYSTEM)
            _allow(Actor("account", account.id), town.id)
    return accounts


def _allow(to: Actor, organisation: Any) -> None:
    from parvis.access import commands  # noqa: PLC0415 - Django must be ready
    from parvis.access.enums import Action  # noqa: PLC0415 - same

    actions = (Action.CASE_READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS)
    commands.grant(to=to, organisation=organisation, actions=actions, actor=SYSTEM)


def _software(keys: Path, town: Any) -> dict[str, str]:
    """Return the credential of the town's software. Its secret can be read once, so the demo keeps it in a file."""
    from parvis.identity import commands  # noqa: PLC0415 - Django must be ready
    from parvis.identity.enums import Scope  # noqa: PLC0415 - same

    if keys.exists():
        kept: dict[str, str] = json.loads(keys.read_text(encoding="utf-8"))
        return kept
    made = commands.register_client(name="Logiciel de la mairie de Rennes", scopes=[Scope.SI], actor=SYSTEM)
    _allow(Actor("client", made.client), town.id)
    credential = {"client_id": made.client_id, "secret": made.secret}
    keys.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(credential, out)
    return credential
