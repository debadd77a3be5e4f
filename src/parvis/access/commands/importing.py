"""Bring a whole sheet of people and rights in, or only say what it would do. All of it, or nothing."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from parvis.access import sheet
from parvis.access.commands import authority
from parvis.access.commands.authority import Holder, Wanted
from parvis.access.commands.granting import give
from parvis.access.commands.places import add_member
from parvis.access.enums import EVERY_PROCESS, PrincipalKind
from parvis.catalogue import queries as catalogue
from parvis.core.actor import Actor
from parvis.core.clock import PARIS
from parvis.core.errors import DomainError
from parvis.directory import queries as directory
from parvis.identity import queries as identity


@dataclass(slots=True)
class ImportReport:
    """What was done, or would be: people added, rights given, and every refused line with why."""

    done: bool = False
    people: int = 0
    rights: int = 0
    problems: list[tuple[int, DomainError]] = field(default_factory=list)


def import_sheet(*, organisation: UUID, text: str, dry_run: bool, actor: Actor) -> ImportReport:
    """Add the people of a sheet (`sheet.read`) to an organisation with their rights.

    Each line goes through the same checks as the pages. One wrong line, or ``dry_run``, and nothing is written.
    """
    authority.to_administer(actor, organisation)
    lines = sheet.read(text)
    report = ImportReport()
    with transaction.atomic():
        for line in lines:
            try:
                if isinstance(line, sheet.BadLine):
                    raise line.error
                with transaction.atomic():
                    _bring(line, organisation, report, actor)
            except DomainError as error:
                report.problems.append((line.number, error))
        report.done = not dry_run and not report.problems
        if not report.done:
            transaction.set_rollback(True)
    return report


def _bring(line: sheet.Line, organisation: UUID, report: ImportReport, actor: Actor) -> None:
    unit = directory.unit_called(organisation, line.service) if line.service else None
    if line.service and unit is None:
        raise DomainError(
            "unknown_service",
            "Le service « %(name)s » n’existe pas. Ajoutez-le d’abord à l’organigramme, ou corrigez son nom.",
            field="service",
            params={"name": line.service[:60]},
        )
    if line.process != EVERY_PROCESS and line.process not in catalogue.process_names():
        raise DomainError(
            "unknown_process",
            "La démarche « %(code)s » n’existe pas. Laissez vide pour toutes les démarches.",
            field="demarche",
            params={"code": line.process[:30]},
        )
    post = _post(line, organisation, unit, report, actor)
    if line.actions:
        end = datetime.combine(line.ends_on + timedelta(days=1), time(), tzinfo=PARIS) if line.ends_on else None
        wanted = Wanted(organisation, frozenset(line.actions), line.process, valid_to=end)
        give(to=Holder(PrincipalKind.MEMBERSHIP, post), wanted=wanted, actor=actor)
        report.rights += 1


def _post(line: sheet.Line, organisation: UUID, unit: UUID | None, report: ImportReport, actor: Actor) -> UUID:
    """Return the person's membership there, made if need be."""
    account = identity.account_by_email(line.email)
    if account:
        posts = directory.memberships_of(account.id).filter(organisation_id=organisation)
        known = next((post for post in posts if post.unit_id == unit), None)
        if known:
            return known.id
    report.people += 1
    return add_member(email=line.email, organisation=organisation, unit=unit, title=line.title, actor=actor)
