"""Let an editor act for an organisation, by an act of that organisation, and take it back."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from parvis.access.commands import authority
from parvis.access.commands.authority import Holder, Wanted
from parvis.access.commands.granting import give, revoke_together
from parvis.access.enums import EVERY_PROCESS, NEVER_BY_MANDATE, Action, PrincipalKind
from parvis.access.models import LONGEST, Grant, Mandate
from parvis.access.queries.listing import mandants_of
from parvis.core.actor import Actor
from parvis.core.clock import now, today
from parvis.core.errors import AbsentError, ConflictError, Problems
from parvis.core.ids import new_id
from parvis.directory import queries as directory
from parvis.directory.enums import OrganisationState
from parvis.ledger import commands as ledger

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Line:
    """What a mandate lets the editor do, on one process, in one part of the organisation."""

    actions: Collection[Action]
    process: str = EVERY_PROCESS
    unit: UUID | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """The act by which an organisation mandates an editor: its reference, its document's SHA-256, its date."""

    editor: UUID
    reference: str
    sha256: str
    signed_on: date
    lines: Collection[Line] = field(default_factory=tuple)
    valid_to: datetime | None = None


def give_mandate(*, organisation: UUID, deed: Deed, actor: Actor) -> UUID:
    """Record a mandate with its lines. Only who administers the whole organisation gives one.

    Raise DomainError naming every defect: past its twelve months, no line, an action that no mandate allows.
    """
    right = authority.to_administer(actor, organisation)
    end = deed.valid_to or now() + timedelta(days=365)
    _check(organisation, deed, end)
    with transaction.atomic():
        row = Mandate(
            id=new_id(),
            organisation_id=organisation,
            editor_id=deed.editor,
            act_reference=deed.reference.strip(),
            act_sha256=deed.sha256.strip().lower(),
            signed_on=deed.signed_on,
            valid_to=end,
            granted_by=actor.reference,
        )
        row.save(force_insert=True)
        ledger.record(
            actor=actor,
            action="mandate.given",
            subject=f"mandate:{row.id}",
            legal_basis=row.act_reference,
            grants=right,
            details={
                "organisation": organisation,
                "editor": deed.editor,
                "act_sha256": row.act_sha256,
                "until": end.isoformat(),
            },
        )
        for line in deed.lines:
            wanted = Wanted(organisation, line.actions, line.process, line.unit, valid_to=end)
            give(
                to=Holder(PrincipalKind.MANDATE, row.id), wanted=replace(wanted, reason=row.act_reference), actor=actor
            )
    return row.id


def _check(organisation: UUID, deed: Deed, end: datetime) -> None:
    problems = Problems()
    editor = directory.organisation(deed.editor)
    if editor is None or editor.state != OrganisationState.ACTIVE or editor.id == organisation:
        problems.add("unknown_editor", "Choisissez l’organisme qui reçoit le mandat.", field="editor")
    if not deed.reference.strip():
        problems.add("no_reference", "Indiquez la référence de l’acte, par exemple 2026-118.", field="reference")
    if not _SHA256.fullmatch(deed.sha256.strip().lower()):
        problems.add("bad_fingerprint", "L’empreinte SHA-256 de l’acte compte 64 caractères, de 0 à f.", field="sha256")
    if deed.signed_on > today():
        problems.add("not_signed_yet", "L’acte ne peut pas être signé dans l’avenir.", field="signed_on")
    if not now() < end <= now() + LONGEST:
        problems.add(
            "too_long",
            "Un mandat dure douze mois au plus, à partir d’aujourd’hui. Choisissez un autre jour.",
            field="valid_to",
        )
    if not deed.lines or any(not line.actions for line in deed.lines):
        problems.add("no_line", "Choisissez ce que le mandat permet.", field="actions")
    if any(NEVER_BY_MANDATE.intersection(line.actions) for line in deed.lines):
        problems.add(
            "never_by_mandate",
            "Un mandat ne permet ni de signer ni d’administrer. Retirez ces droits.",
            field="actions",
        )
    problems.refuse_if_any()


def revoke_mandate(*, mandate_id: UUID, actor: Actor) -> None:
    """End a mandate, and its lines, at once. Revoking twice changes nothing."""
    row = Mandate.objects.filter(id=mandate_id).first()
    if row is None:
        raise AbsentError("unknown_mandate", "Ce mandat n’existe pas.")
    right = authority.to_administer(actor, row.organisation_id)
    with transaction.atomic():
        if not Mandate.objects.filter(id=mandate_id, revoked_at=None).update(
            revoked_at=now(), revoked_by=actor.reference
        ):
            return
        lines = Grant.objects.filter(principal_kind=PrincipalKind.MANDATE, principal_id=mandate_id, revoked_at=None)
        revoke_together(lines, actor, right)
        ledger.record(actor=actor, action="mandate.revoked", subject=f"mandate:{mandate_id}", grants=right)


def act_for(*, organisation: UUID | None, actor: Actor) -> Actor:
    """Return the actor who acts for an organisation from now on (None: for nobody else), as the journal will say.

    Raise ConflictError without a live mandate that the actor may use.
    """
    if organisation is None or organisation in mandants_of(actor):
        return replace(actor, acting_for=organisation)
    raise ConflictError(
        "no_mandate", "Aucun mandat en cours ne vous permet d’agir pour cet organisme. Vérifiez sa date de fin."
    )
