"""Register organisations and keep what is known of them."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, ConflictError, Problems
from parvis.core.ids import new_id
from parvis.directory import queries, rules
from parvis.directory.enums import CommuneKind, OrganisationKind, OrganisationState, UnitKind
from parvis.directory.models import Commune, Organisation, Unit
from parvis.ledger import commands as ledger

_TAKEN = {
    "organisation_siret_branch_unique": (
        "siret_taken",
        "Une organisation porte déjà ce SIRET et ce code de branche. Cherchez-la dans l’annuaire.",
        "siret",
    ),
    "organisation_one_active_per_commune": (
        "commune_taken",
        "Cette commune a déjà une mairie enregistrée. Cherchez-la dans l’annuaire.",
        "commune_code",
    ),
    "unit_code_unique_in_organisation": (
        "unit_code_taken",
        "Un autre service porte déjà ce code. Choisissez-en un autre, ou laissez-le vide.",
        "code",
    ),
    "unit_name_unique_among_siblings": (
        "unit_name_taken",
        "Un service du même nom existe déjà à cet endroit. Choisissez un autre nom.",
        "name",
    ),
}


def conflict(error: IntegrityError) -> ConflictError:
    """Turn a broken uniqueness into a sentence; re-raise what is not one."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if constraint not in _TAKEN:
        raise error
    code, message, field = _TAKEN[constraint]
    return ConflictError(code, message, field=field)


def register_organisation(
    *,
    kind: OrganisationKind,
    name: str,
    siret: str,
    actor: Actor,
    branch_code: str = "",
    commune_code: str = "",
    email: str = "",
) -> Organisation:
    """Register an organisation and the root of its unit tree.

    The branch code of a commune is its INSEE code; that of the others is `Organisation.NO_BRANCH` unless given.
    Raise DomainError naming every wrong field, ConflictError when the SIRET and branch, or the commune, is taken.
    """
    number = rules.compact_number(siret)
    problems = Problems()
    place = _place(problems, kind, commune_code)
    branch = _branch(problems, kind, branch_code, place)
    _check(problems, name=name, siret=number, email=email)
    problems.refuse_if_any()
    with transaction.atomic(durable=True):
        try:
            with transaction.atomic():
                organisation = Organisation.objects.create(
                    kind=kind, name=name.strip(), siret=number, branch_code=branch, commune=place, email=email.strip()
                )
        except IntegrityError as error:
            raise conflict(error) from error
        root = new_id()
        Unit.objects.create(
            id=root,
            organisation=organisation,
            name=organisation.name,
            kind=UnitKind.ORGANISATION,
            path=rules.path_of("", root.hex),
        )
        ledger.record(
            actor=actor,
            action="directory.organisation_registered",
            subject=f"organisation:{organisation.id}",
            details={"kind": str(kind), "name": organisation.name, "siret": number, "branch_code": branch},
        )
    return organisation


def update_organisation(
    *,
    organisation_id: UUID,
    actor: Actor,
    name: str | None = None,
    email: str | None = None,
    state: OrganisationState | None = None,
) -> None:
    """Change an organisation's name, address or state; None leaves it. Its SIRET, branch and commune are who it is."""
    problems = Problems()
    with transaction.atomic(durable=True):
        row = Organisation.objects.select_for_update().filter(id=organisation_id).first()
        if row is None:
            raise AbsentError("unknown_organisation", "Cette organisation n’existe pas.")
        name = row.name if name is None else name
        email = row.email if email is None else email
        state = OrganisationState(row.state) if state is None else state
        _check(problems, name=name, siret=row.siret, email=email)
        problems.refuse_if_any()
        row.name, row.email, row.state = name.strip(), email.strip(), state
        try:
            with transaction.atomic():
                row.save(update_fields=("name", "email", "state"))
        except IntegrityError as error:
            raise conflict(error) from error
        ledger.record(
            actor=actor,
            action="directory.organisation_updated",
            subject=f"organisation:{row.id}",
            details={"name": row.name, "state": str(row.state)},
        )


def _check(problems: Problems, *, name: str, siret: str, email: str) -> None:
    if not name.strip():
        problems.add("name_missing", "Indiquez le nom de l’organisation.", field="name")
    if len(siret) != rules.SIRET_LENGTH:
        problems.add("siret_form", "Un SIRET compte 14 chiffres. Recopiez-le depuis l’avis Sirene.", field="siret")
    elif not rules.is_siret(siret):
        problems.add("siret_key", "La clé de ce SIRET est fausse : un chiffre a été mal recopié.", field="siret")
    if email.strip():
        try:
            validate_email(email.strip())
        except ValidationError:
            problems.add("email_form", "Cette adresse n’est pas complète. Exemple : mairie@exemple.fr.", field="email")


def _place(problems: Problems, kind: OrganisationKind, code: str) -> Commune | None:
    if not code:
        if kind == OrganisationKind.COMMUNE:
            problems.add("commune_missing", "Indiquez la commune de cette mairie.", field="commune_code")
        return None
    place = queries.commune(code)
    if place is None:
        successor = queries.present_commune(code)
        message = (
            f"La commune {code} fait maintenant partie de {successor.name} : utilisez le code {successor.code}."
            if successor
            else f"Aucune commune ne porte le code INSEE {code}. Cherchez-la par son nom."
        )
        problems.add("commune_unknown", message, field="commune_code")
    elif kind == OrganisationKind.COMMUNE and place.kind == CommuneKind.ARRONDISSEMENT:
        message = f"{place.name} est un arrondissement : enregistrez la ville, code {place.parent_id}."
        problems.add("commune_is_arrondissement", message, field="commune_code")
    return place


def _branch(problems: Problems, kind: OrganisationKind, given: str, place: Commune | None) -> str:
    if kind == OrganisationKind.COMMUNE and place:
        if given and given != place.code:
            message = f"Le code de branche d’une mairie est son code INSEE : {place.code}."
            problems.add("branch_code_form", message, field="branch_code")
        return place.code
    branch = given or Organisation.NO_BRANCH
    if not rules.is_branch_code(branch):
        message = "Le code de branche compte de 1 à 10 lettres sans accent, chiffres ou tirets."
        problems.add("branch_code_form", message, field="branch_code")
    return branch
