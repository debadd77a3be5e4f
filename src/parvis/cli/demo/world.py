"""The small world of the demo: an operator, two towns, a citizen, an agent each, a town's software."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from parvis.core.actor import SYSTEM, Actor

PASSWORD = "demonstration-2026"  # noqa: S105 - printed on screen, on purpose, for made-up people
PROCESS = "recensementCitoyen"
PROCESSES = (PROCESS, "EtatCivil")
OPERATOR_SIRET = "13002603200016"
TOWNS = (
    ("35238", "Mairie de Rennes", "21350238800019", "API"),
    ("06088", "Mairie de Nice", "21060088800015", "PORTAIL"),
)
# The names of the actions: the catalogue of rights cannot be read before Django is ready.
TREAT = ("CASE_READ", "CASE_DOWNLOAD", "CASE_PROCESS")
DEPOSIT = ("FOLDER_DEPOSIT", "FOLDER_READ")
MACHINES = {
    "software": ("Logiciel de la mairie de Rennes", "SI", "35238", TREAT),
    "depositor": ("Guichet déposant", "OSL", "operator", DEPOSIT),
}
PEOPLE = {
    "citizen": ("camille.martin@demo.example", "Camille", "Martin"),
    "agent": ("agent.rennes@demo.example", "Alix", "Petit"),
    "agent_nice": ("agent.nice@demo.example", "Dominique", "Rossi"),
    "clerk": ("greffe.rennes@demo.example", "Nadia", "Benali"),
    "mayor": ("maire.rennes@demo.example", "Claire", "Dubois"),
    "registrar": ("greffe.tribunal@demo.example", "Hélène", "Garnier"),
    "prosecutor": ("procureure@demo.example", "Salomé", "Vidal"),
    "operator": ("exploitation@demo.example", "Claude", "Bernard"),
    "secretary": ("secretariat.rennes@demo.example", "Sacha", "Leroy"),
}
# Where each of them works, and what for; the citizen works nowhere.
POSTS = {
    "agent": ("35238", "Agent d’état civil", TREAT),
    "agent_nice": ("06088", "Agent d’état civil", TREAT),
    "clerk": ("35238", "Greffe", ("ACT_PREPARE", "REGISTER_KEEP", "REGISTER_READ")),
    "registrar": ("greffe", "Directrice des services de greffe", ("DEPOSIT_RECEIVE",)),
    "prosecutor": ("parquet", "Procureure de la République", ("REGISTER_INSPECT",)),
    "mayor": ("35238", "Maire", ("ACT_SIGN", "MEMBERS_MANAGE")),
    "operator": ("operator", "Exploitation de la plateforme", ("PLATFORM_ADMINISTER",)),
    "secretary": ("35238", "Secrétariat général", ("MEMBERS_MANAGE",)),
}
# The offices of a made-up court: (name, SIRET).
COURT = {
    "greffe": ("Greffe du tribunal judiciaire (démonstration)", "17350005900014"),
    "parquet": ("Parquet du tribunal judiciaire (démonstration)", "17350005900022"),
}
UNITS = (("Direction de la population", "direction", ("État civil", "Élections")), ("Voirie", "direction", ()))


def load(keys: Path) -> dict[str, Any]:
    """Create whatever is missing and return the accounts. Safe to run again."""
    from parvis.catalogue import commands as catalogue  # noqa: PLC0415 - Django must be ready

    _communes()
    catalogue.install_processes()
    organisations = _organisations()
    accounts = _people(organisations)
    accounts |= _machines(keys, organisations)
    accounts["towns"] = [{"type": "SI", "companyRegister": siret, "branchCode": code} for code, _, siret, _ in TOWNS]
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
        if code == TOWNS[0][0]:
            _units(found[code].id)
        for process in PROCESSES:
            exchange.subscribe(
                subscriber=found[code].id,
                process=process,
                access_mode=AccessMode(mode),
                emails=[f"accueil.{code}@demo.example"],
                actor=SYSTEM,
            )
    found["operator"] = queries.organisation_for(OPERATOR_SIRET)
    return found | _court()


def _court() -> dict[str, Any]:
    """The offices that watch over the registers of both towns."""
    from parvis.directory import commands, queries  # noqa: PLC0415 - Django must be ready
    from parvis.directory.enums import OrganisationKind  # noqa: PLC0415 - same
    from parvis.preservation import commands as preservation  # noqa: PLC0415 - same
    from parvis.preservation.enums import Office  # noqa: PLC0415 - same

    found = {}
    for office, (name, siret) in COURT.items():
        found[office] = queries.organisation_for(siret) or commands.register_organisation(
            kind=OrganisationKind.STATE, name=name, siret=siret, actor=SYSTEM
        )
        preservation.set_jurisdiction(
            organisation=found[office].id, office=Office(office), communes=[code for code, *_ in TOWNS], actor=SYSTEM
        )
    return found


def _units(organisation: Any) -> None:
    """Give the first town a small tree, for its secretary to look after."""
    from parvis.directory import commands, queries  # noqa: PLC0415 - Django must be ready
    from parvis.directory.enums import UnitKind  # noqa: PLC0415 - same

    root, *others = queries.units_of(organisation)
    for name, kind, below in () if others else UNITS:
        unit = commands.add_unit(parent=root.id, name=name, kind=UnitKind(kind), actor=SYSTEM)
        for one in below:
            commands.add_unit(parent=unit.id, name=one, kind=UnitKind.SERVICE, actor=SYSTEM)


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
        if who in POSTS:
            where, title, names = POSTS[who]
            organisation = organisations[where]
            directory.add_member(account=account.id, organisation=organisation.id, title=title, actor=SYSTEM)
            _allow(Actor("account", account.id), organisation.id, names)
    return accounts


def _allow(to: Actor, organisation: Any, names: Sequence[str] = TREAT) -> None:
    from parvis.access import commands  # noqa: PLC0415 - Django must be ready
    from parvis.access.enums import Action  # noqa: PLC0415 - same

    commands.grant(to=to, organisation=organisation, actions=[Action[name] for name in names], actor=SYSTEM)


def _machines(keys: Path, organisations: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the credentials of the demo's programs. A secret can be read once, so the demo keeps them in a file."""
    kept: dict[str, dict[str, str]] = json.loads(keys.read_text(encoding="utf-8")) if keys.exists() else {}
    for who, (name, role, owner, names) in MACHINES.items():
        if who not in kept:
            kept[who] = _machine(name, role, organisations[owner].id, names)
    keys.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(kept, out)
    return kept


def _machine(name: str, role: str, organisation: Any, names: Sequence[str]) -> dict[str, str]:
    from parvis.identity import commands  # noqa: PLC0415 - Django must be ready
    from parvis.identity.enums import Scope  # noqa: PLC0415 - same

    made = commands.register_client(name=name, scopes=[Scope(role)], actor=SYSTEM)
    _allow(Actor("client", made.client), organisation, names)
    return {"client_id": made.client_id, "secret": made.secret}
