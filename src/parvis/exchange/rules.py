"""Pure rules of the hub: what a deposit must hold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from parvis.core.errors import Problems
from parvis.core.text import clean

MAX_RECIPIENTS = 50
MAX_ATTACHMENTS = 200
MAX_FIELDS = 200


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A document announced by a deposit. ``file`` is set when its bytes are already kept.

    ``recipients`` are indexes into the deposit's recipients; empty means all of them.
    """

    type: str
    name: str
    size: int
    mime: str
    file: UUID | None = None
    recipients: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Applicant:
    """The person the folder is about to its recipients; ``account`` when they have one here."""

    first_name: str
    last_name: str
    email: str = ""
    account: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """One recipient of a deposit. Without ``external_id`` the case takes the folder's, with its place."""

    recipient: UUID
    external_id: str = ""
    partner_attributes: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """One deposit: a process, an applicant, a case per recipient, documents, and small structured fields."""

    process: str
    external_id: str
    applicant: Applicant
    cases: Sequence[NewCase]
    attachments: Sequence[NewAttachment] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    partner_info: dict[str, str] | None = None

    @property
    def recipients(self) -> list[UUID]:
        """The organisations, in the order of the cases."""
        return [case.recipient for case in self.cases]

    @property
    def case_numbers(self) -> list[str]:
        """The external id of each case: its own, or the folder's with its place."""
        return [case.external_id or f"{self.external_id}-{place:02d}" for place, case in enumerate(self.cases, 1)]


def check_deposit(
    deposit: Deposit, *, types: Collection[str], formats: Collection[str], max_bytes: int, problems: Problems
) -> None:
    """Note every defect of a deposit against its process."""
    if not clean(deposit.applicant.last_name) or not clean(deposit.applicant.first_name):
        problems.add("applicant_name", "Indiquez le nom et le prénom du demandeur.", field="applicant")
    if not 1 <= len(deposit.external_id) <= 30:  # noqa: PLR2004 - HubEE's width
        problems.add("external_id", "L’identifiant externe doit compter de 1 à 30 caractères.", field="external_id")
    if not 1 <= len(deposit.cases) <= MAX_RECIPIENTS:
        problems.add(
            "recipients",
            "Indiquez de 1 à %(most)s destinataires.",
            field="recipients",
            params={"most": MAX_RECIPIENTS},
        )
    if len(set(deposit.recipients)) != len(deposit.recipients):
        problems.add("recipients", "Un destinataire est indiqué deux fois.", field="recipients")
    if len(set(deposit.case_numbers)) != len(deposit.cases):
        problems.add("external_id", "Deux exemplaires portent le même identifiant externe.", field="cases")
    if len(deposit.attachments) > MAX_ATTACHMENTS or len(deposit.fields) > MAX_FIELDS:
        problems.add(
            "too_many",
            "Un dossier porte au plus %(attachments)s pièces et %(fields)s champs.",
            params={"attachments": MAX_ATTACHMENTS, "fields": MAX_FIELDS},
        )
        return
    for index, attachment in enumerate(deposit.attachments):
        where = f"attachments[{index}]"
        if any(not 0 <= position < len(deposit.cases) for position in attachment.recipients):
            problems.add(
                "attachment_recipient",
                "« %(name)s » : destinataire inconnu.",
                field=where,
                params={"name": attachment.name},
            )
        _check_attachment(attachment, where, types, formats, max_bytes, problems)


def _check_attachment(  # noqa: PLR0917 - private, called once
    attachment: NewAttachment,
    where: str,
    types: Collection[str],
    formats: Collection[str],
    max_bytes: int,
    problems: Problems,
) -> None:
    if attachment.type not in types:
        problems.add(
            "attachment_type",
            "« %(type)s » n’est pas une pièce de cette démarche.",
            field=where,
            params={"type": attachment.type},
        )
    if attachment.mime not in formats:
        problems.add(
            "attachment_format",
            "Le format « %(format)s » n’est pas accepté.",
            field=where,
            params={"format": attachment.mime},
        )
    if not 0 < attachment.size <= max_bytes:
        problems.add(
            "attachment_size",
            "« %(name)s » : taille vide ou trop grande.",
            field=where,
            params={"name": attachment.name},
        )
