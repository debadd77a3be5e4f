"""Register organisations and shape their unit trees."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction

from parvis.core.actor import Actor
from parvis.core.clock import today
from parvis.core.errors import AbsentError, ConflictError, DomainError, Problems
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


def add_unit(*, parent: UUID, name: str, kind: UnitKind, actor: Actor, valid_from: date | None = None) -> Unit:
    """Add a direction, service or bureau below ``parent``.

    Raise AbsentError for an unknown parent, DomainError for a missing name or a second root, ConflictError when the
    parent no longer exists or a sibling bears the name.
    """
    if kind == UnitKind.ORGANISATION:
        raise DomainError("unit_kind", "Une organisation n’a qu’une racine. Choisissez direction, service ou bureau.")
    if not name.strip():
        raise DomainError("name_missing", "Indiquez le nom du service.", field="name")
    with transaction.atomic(durable=True):
        above = _locked(parent)
        _require_open(above)
        identifier = new_id()
        unit = Unit(
            id=identifier,
            organisation_id=above.organisation_id,
            parent=above,
            name=name.strip(),
            kind=kind,
            path=rules.path_of(above.path, identifier.hex),
            valid_from=valid_from or today(),
        )
        try:
            with transaction.atomic():
                unit.save(force_insert=True)
        except IntegrityError as error:
            raise conflict(error) from error
        ledger.record(
            actor=actor,
            action="directory.unit_added",
            subject=f"unit:{unit.id}",
            details={"organisation": unit.organisation_id, "parent": parent, "name": unit.name, "kind": str(kind)},
        )
    return unit


def move_unit(*, unit: UUID, new_parent: UUID, actor: Actor) -> Unit:
    """Move a unit and all that is below it under another unit of the same organisation.

    Raise DomainError when the move makes no sense (root, other organisation, below itself), ConflictError when the
    place no longer exists or a sibling there bears the same name.
    """
    with transaction.atomic(durable=True):
        moved = _locked(unit)
        above = _locked(new_parent)
        _check_move(moved, above)
        old_path, old_parent = moved.path, moved.parent_id
        moved.parent = above
        moved.path = rules.path_of(above.path, moved.id.hex)
        try:
            with transaction.atomic():
                _move_subtree(moved, old_path)
        except IntegrityError as error:
            raise conflict(error) from error
        ledger.record(
            actor=actor,
            action="directory.unit_moved",
            subject=f"unit:{unit}",
            details={"organisation": moved.organisation_id, "from": old_parent, "to": new_parent},
        )
    return moved


def _locked(identifier: UUID) -> Unit:
    """Return a unit with its organisation's tree locked: two moves at once could otherwise close a loop."""
    owner = Unit.objects.filter(id=identifier).values_list("organisation_id", flat=True).first()
    if owner is None:
        raise AbsentError("unit_unknown", "Ce service n’existe pas. Choisissez-en un dans l’organigramme.")
    Organisation.objects.select_for_update(no_key=True).get(id=owner)
    return Unit.objects.select_related("organisation").get(id=identifier)


def _require_open(unit: Unit) -> None:
    if unit.organisation.state != OrganisationState.ACTIVE:
        raise ConflictError("organisation_closed", "Cette organisation est fermée : son organigramme ne change plus.")
    if unit.valid_to is not None and unit.valid_to <= today():
        raise ConflictError("unit_closed", "Ce service n’existe plus. Choisissez un service en activité.")


def _check_move(moved: Unit, above: Unit) -> None:
    _require_open(above)
    if moved.parent_id is None:
        raise DomainError("unit_is_root", "La racine de l’organisation ne se déplace pas.")
    if moved.organisation_id != above.organisation_id:
        message = "Un service ne change pas d’organisation. Créez-le dans l’autre organisation."
        raise DomainError("unit_other_organisation", message)
    if above.path.startswith(moved.path):
        message = "Un service ne peut pas être placé sous lui-même ni sous l’un de ses services."
        raise DomainError("unit_below_itself", message, field="new_parent")


def _move_subtree(moved: Unit, old_path: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE directory_unit SET path = %s || substr(path, %s) WHERE path LIKE %s",
            [moved.path, len(old_path) + 1, f"{old_path}%"],
        )
    Unit.objects.filter(id=moved.id).update(parent=moved.parent_id)
