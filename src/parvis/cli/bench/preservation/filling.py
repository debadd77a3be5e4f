"""Registers of made-up acts: all with data, one in twenty with a scanned page of 20 kB."""

import hashlib
import os
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from parvis.cli.bench.world import RECIPIENT
from parvis.core.actor import SYSTEM
from parvis.directory import queries as directory
from parvis.preservation import commands, formats
from parvis.preservation.commands import writing
from parvis.preservation.commands.standing import locked_register
from parvis.preservation.entries import Page
from parvis.preservation.enums import EntryKind, LegalState, RegisterKind
from parvis.preservation.intake.drafts import Draft

ACTS_A_REGISTER = 10_000
PAGE_EVERY, PAGE_BYTES = 20, 20_000
_CHUNK = 2_500
_FIRST_YEAR = 1900
_NAMES = ("Martin", "Bernard", "Petit", "Robert", "Durand", "Moreau", "Simon", "Laurent", "Lefebvre", "Roux")
_FIRST_NAMES = ("Camille", "Louise", "Jules", "Adèle", "Noé", "Inès", "Léo", "Rose", "Marcel", "Jeanne")


def fill(acts: int, tell: Callable[[int], None]) -> list[UUID]:
    """Write as many acts, by registers of 10,000, as an import does. Return the registers."""
    town = directory.organisation_named(RECIPIENT["siret"], RECIPIENT["branch"])
    if town is None:
        raise RuntimeError("load the world first")
    made = []
    for place, first in enumerate(range(0, acts, ACTS_A_REGISTER)):
        year = _FIRST_YEAR + place
        register = commands.open_register(
            organisation=town.id, commune=RECIPIENT["branch"], kind=RegisterKind.BIRTH, year=year, actor=SYSTEM
        )
        _fill_one(register, year, min(ACTS_A_REGISTER, acts - first))
        commands.close_register(register_id=register, on=date(year, 12, 31), actor=SYSTEM)
        made.append(register)
        tell(first)
    return made


def _fill_one(register: UUID, year: int, acts: int) -> None:
    for first in range(1, acts + 1, _CHUNK):
        drafts = [_act(number, year) for number in range(first, min(first + _CHUNK, acts + 1))]
        pages = {page.sha256: (one.scans[page.sha256], page.mime) for one in drafts for page in one.pages}
        commands.keep_contents(contents=pages)
        with transaction.atomic():
            writing.append(locked_register(register), drafts)


def _act(number: int, year: int) -> Draft:
    data = {
        "nom": _NAMES[number % 10],
        "prenoms": f"{_FIRST_NAMES[number % 10]}, {_FIRST_NAMES[(number // 10) % 10]}",
        "parents": f"{_FIRST_NAMES[(number + 3) % 10]} {_NAMES[number % 10]}, {_FIRST_NAMES[(number + 7) % 10]}",
        "lieu": "Rennes",
    }
    scans: dict[bytes, bytes] = {}
    pages: tuple[Page, ...] = ()
    if number % PAGE_EVERY == 0:
        scan = os.urandom(PAGE_BYTES)
        sha256 = hashlib.sha256(scan).digest()
        scans, pages = {sha256: scan}, (Page(sha256, len(scan), formats.PNG),)
    dated = date(year, 1, 1) + timedelta(days=number % 365)
    return Draft(EntryKind.ACT, number, "", dated, LegalState.VALID, data, pages, scans)
