"""Bring a register in from a sheet and its scans: everything is checked before anything is written.

Written by chunks, each one transaction with its count of lines: killed anywhere, the same command goes on where it was.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import ConflictError, DomainError, Problem, Problems
from parvis.ledger import commands as ledger
from parvis.preservation.commands import objects, writing
from parvis.preservation.commands.standing import locked_register, require_keeper
from parvis.preservation.enums import EntryKind, IntakeState
from parvis.preservation.intake import scans as scans_of
from parvis.preservation.intake import sheet
from parvis.preservation.intake.drafts import Draft, Names, draft
from parvis.preservation.intake.scans import Scans
from parvis.preservation.models import Entry, Intake, Register

CHUNK = 500
CHUNK_BYTES = 32 * 1024 * 1024
MOST_NAMED = 200
"""How many defects are named before the rest is only counted."""
Tell = Callable[[int], None]


@dataclass(slots=True)
class SheetReport:
    """What a sheet holds: entries counted, defects by line (the first ones named, all counted)."""

    acts: int = 0
    others: int = 0
    pages: int = 0
    wrong: int = 0
    defects: list[tuple[int, Problem]] = field(default_factory=list)

    def add(self, line: int, problems: list[Problem]) -> None:
        """Note the defects of a line."""
        self.wrong += 1
        self.defects += [(line, one) for one in problems][: MOST_NAMED - len(self.defects)]


def check_sheet(
    *, register_id: UUID, path: Path, scans: Path | None, actor: Actor, tell: Tell = lambda _: None
) -> SheetReport:
    """Read a whole sheet and its scans, and write nothing. Raise DomainError when it cannot be read at all."""
    register = Register.objects.filter(id=register_id).first()
    if register is None:
        raise DomainError("unknown_register", "Ce registre n’est pas parmi les vôtres.")
    require_keeper(register, actor)
    done = Intake.objects.filter(register=register, sha256=sheet.digest(path)).first()
    skipped = done.lines if done else 0
    report = SheetReport()
    with scans_of.opened(scans) as opened:
        for line, (one, problems) in _drafts(register, path, opened, skipped):
            tell(line)
            if one is None:
                report.add(line, problems)
                continue
            report.pages += len(one.pages)
            if one.kind == EntryKind.ACT:
                report.acts += 1
            else:
                report.others += 1
    return report


def _drafts(
    register: Register, path: Path, scans: Scans, skipped: int
) -> Iterator[tuple[int, tuple[Draft | None, list[Problem]]]]:
    """The entries of a sheet after the first lines, each with its line. Acts met are remembered by number only."""
    met: set[Names] = set(Entry.objects.filter(register=register, version=0).values_list("number", "suffix"))
    for place, line in enumerate(sheet.lines(path)):
        if place < skipped:
            continue
        one, problems = draft(line, scans, year=register.year, known=met.__contains__)
        if one is not None and one.kind == EntryKind.ACT:
            met.add(one.act)
            if register.closed_on is not None:
                one, problems = None, _closed()
        yield line.number, (one, problems)


def _closed() -> list[Problem]:
    problems = Problems()
    problems.add("register_closed_to_acts", "Ce registre est clos : il ne reçoit plus d’acte.")
    return problems.found


def import_register(
    *, register_id: UUID, path: Path, scans: Path | None, actor: Actor, tell: Tell = lambda _: None
) -> int:
    """Write the entries of a sheet that was checked and return how many were added. The same sheet twice adds nothing.

    Raise DomainError, having written nothing more, at the first line that is wrong.
    """
    digest = sheet.digest(path)
    with transaction.atomic():
        register = locked_register(register_id)
        grants = require_keeper(register, actor)
        intake, _ = Intake.objects.get_or_create(register=register, sha256=digest)
    if intake.state == IntakeState.DONE:
        return 0
    added = 0
    with scans_of.opened(scans) as opened:
        for line, drafts in _chunks(_drafts(register, path, opened, intake.lines)):
            added += _write(intake.id, intake.lines + added, drafts, actor, grants)
            tell(line)
    _finish(intake.id, actor, grants)
    return added


def _chunks(found: Iterator[tuple[int, tuple[Draft | None, list[Problem]]]]) -> Iterator[tuple[int, list[Draft]]]:
    """The entries by chunks, none of which holds too many scans in memory; each with its last line."""
    chunk: list[Draft] = []
    weight = last = 0
    for line, made in found:
        one = _sound(line, made)
        chunk.append(one)
        weight += sum(page.size for page in one.pages)
        last = line
        if len(chunk) == CHUNK or weight > CHUNK_BYTES:
            yield last, chunk
            chunk, weight = [], 0
    if chunk:
        yield last, chunk


def _sound(line: int, made: tuple[Draft | None, list[Problem]]) -> Draft:
    one, problems = made
    if one is None:
        raise DomainError(
            "sheet_line",
            "Ligne %(line)s : %(why)s",
            params={"line": line, "why": " ".join(problem.message for problem in problems)},
        )
    return one


def _write(intake_id: UUID, expected: int, drafts: list[Draft], actor: Actor, grants: tuple[UUID, ...]) -> int:
    """One chunk: pages first, durably, then the entries with the count of lines."""
    pages = {page.sha256: (one.scans[page.sha256], page.mime) for one in drafts for page in one.pages if one.scans}
    objects.keep_contents(contents=pages)
    with transaction.atomic():
        intake = Intake.objects.select_for_update().get(id=intake_id)
        if intake.lines != expected:
            raise _under_way()
        register = locked_register(intake.register_id)
        first = register.size
        try:
            with transaction.atomic():
                rows = writing.append(register, drafts)
        except IntegrityError as error:
            raise _under_way() from error
        intake.lines += len(rows)
        intake.save(update_fields=("lines",))
        ledger.record(
            actor=actor,
            action="preservation.entries_added",
            subject=f"register:{register.id}",
            grants=grants,
            details={
                "first": first,
                "count": len(rows),
                "leaves": hashlib.sha256(b"".join(row.leaf for row in rows)).hexdigest(),
            },
        )
    return len(rows)


def _under_way() -> ConflictError:
    return ConflictError(
        "import_under_way", "Un autre import ajoute les mêmes lignes à ce registre. Attendez qu’il finisse."
    )


def _finish(intake_id: UUID, actor: Actor, grants: tuple[UUID, ...]) -> None:
    with transaction.atomic():
        intake = Intake.objects.select_for_update().get(id=intake_id)
        intake.state, intake.ended_at = IntakeState.DONE, now()
        intake.save(update_fields=("state", "ended_at"))
        ledger.record(
            actor=actor,
            action="preservation.imported",
            subject=f"register:{intake.register_id}",
            grants=grants,
            details={"sheet": bytes(intake.sha256).hex(), "lines": intake.lines},
        )
