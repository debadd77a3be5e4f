"""Shape the unit trees: add, rename, move, close. Whoever calls has checked the right to (`access.commands`)."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from parvis.core.actor import Actor
from parvis.core.clock import today
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.ids import new_id
from parvis.directory import rules
from parvis.directory.commands.organisations import conflict
from parvis.directory.enums import OrganisationState, UnitKind
from parvis.directory.models import Membership, Organisation, Unit
from parvis.ledger import commands as ledger


def add_unit(
    *, parent: UUID, name: str, kind: UnitKind, actor: Actor, code: str = "", valid_from: date | None = None
) -> Unit:
    """Add a direction, service or bureau below ``parent``.

    Raise AbsentError for an unknown parent, DomainError for a missing name or a second root, ConflictError when the
    parent no longer exists or a sibling bears the name.
    """
    if kind == UnitKind.ORGANISATION:
        raise DomainError("unit_kind", "Une organisation n’a qu’une racine. Choisissez direction, service ou bureau.")
    if not name.strip():
        raise DomainError("name_missing", "Indiquez le nom du service.", field="name")
    with transaction.atomic():
        above = _locked(parent)
        _require_open(above)
        identifier = new_id()
        unit = Unit(
            id=identifier,
            organisation_id=above.organisation_id,
            parent=above,
            name=name.strip(),
            code=code.strip(),
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
    with transaction.atomic():
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


def rename_unit(*, unit: UUID, name: str, actor: Actor, code: str = "") -> Unit:
    """Change a unit's name and code; the root bears the organisation's name. Raise as `add_unit` does."""
    if not name.strip():
        raise DomainError("name_missing", "Indiquez le nom du service.", field="name")
    with transaction.atomic():
        row = _locked(unit)
        _require_open(row)
        if row.parent_id is None:
            raise DomainError("unit_is_root", "La racine porte le nom de l’organisation : elle ne se renomme pas ici.")
        former = row.name
        row.name, row.code = name.strip(), code.strip()
        try:
            with transaction.atomic():
                row.save(update_fields=("name", "code"))
        except IntegrityError as error:
            raise conflict(error) from error
        ledger.record(
            actor=actor,
            action="directory.unit_renamed",
            subject=f"unit:{unit}",
            details={"organisation": row.organisation_id, "from": former, "to": row.name},
        )
    return row


def close_unit(*, unit: UUID, actor: Actor) -> Unit:
    """Close an empty unit from today on (from tomorrow when it was opened today); its history stays.

    Raise DomainError for the root, ConflictError while units or people are still in it.
    """
    with transaction.atomic():
        row = _locked(unit)
        _require_open(row)
        if row.parent_id is None:
            raise DomainError("unit_is_root", "La racine de l’organisation ne se ferme pas.")
        _require_empty(row)
        row.valid_to = max(today(), row.valid_from + timedelta(days=1))
        row.save(update_fields=("valid_to",))
        ledger.record(
            actor=actor,
            action="directory.unit_closed",
            subject=f"unit:{unit}",
            details={"organisation": row.organisation_id, "name": row.name, "on": row.valid_to},
        )
    return row


def _require_empty(unit: Unit) -> None:
    if unit.children.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today())).exists():
        raise ConflictError("unit_not_empty", "Ce service en contient d’autres : déplacez-les ou fermez-les d’abord.")
    still = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()), unit=unit)
    if still.exists():
        message = "Des personnes travaillent encore dans ce service : mettez fin à leur appartenance d’abord."
        raise ConflictError("unit_has_members", message)


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
