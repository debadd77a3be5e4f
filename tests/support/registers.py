"""A town hall with a register to keep, the court that watches over it, and made-up acts with their scans."""

import csv
import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM, Actor
from parvis.directory.models import Organisation
from parvis.identity.commands import register_account
from parvis.preservation import commands
from parvis.preservation.enums import Office, RegisterKind
from parvis.preservation.models import Deposit, Register
from tests.support import world
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town
from tests.support.world import World

NAMES = ("Martin", "Bernard", "Petit", "Robert", "Richard", "Durand", "Moreau", "Simon")
FIRST = ("Camille", "Louise", "Jules", "Adèle", "Noé", "Inès", "Léo", "Rose")
YEAR = 2024


@dataclass(frozen=True)
class Court:
    """Rennes with its register, its court, and people on both sides."""

    here: World
    registry: Organisation
    prosecution: Organisation
    clerk: Actor
    reader: Actor
    registrar: Actor
    prosecutor: Actor
    register: UUID

    @property
    def row(self) -> Register:
        return Register.objects.get(id=self.register)

    def fill(self, folder: Path, count: int = 6, **options: int) -> int:
        """Import made-up acts."""
        path, scans = write_sheet(folder, count, **options)
        return commands.import_register(register_id=self.register, path=path, scans=scans, actor=self.clerk)


def build(here: World | None = None) -> Court:
    """Create all this."""
    here = here or world.build()
    registry, prosecution = (
        world.rooted(Organisation.objects.create(kind="etat", name=name, siret=siret))
        for name, siret in (
            ("Greffe du tribunal judiciaire de Rennes", "17350005900014"),
            ("Parquet du tribunal judiciaire de Rennes", "17350005900022"),
        )
    )
    for office, organisation in ((Office.REGISTRY, registry), (Office.PROSECUTOR, prosecution)):
        commands.set_jurisdiction(organisation=organisation.id, office=office, communes=["35238"], actor=SYSTEM)

    def person(name: str, organisation: Organisation, *actions: Action) -> Actor:
        account = register_account(email=f"{name}@exemple.example", password="un-mot-de-passe-long", actor=SYSTEM)
        made = Actor("account", account.id, label=name)
        world.allow(made, organisation.id, actions)
        return made

    clerk = person("etat-civil", here.rennes, Action.REGISTER_KEEP, Action.REGISTER_READ, Action.ACT_PREPARE)
    reader = person("accueil", here.rennes, Action.REGISTER_READ)
    registrar = person("greffier", registry, Action.DEPOSIT_RECEIVE)
    prosecutor = person("procureur", prosecution, Action.REGISTER_INSPECT)
    register = commands.open_register(
        organisation=here.rennes.id, commune="35238", kind=RegisterKind.BIRTH, year=YEAR, actor=clerk
    )
    return Court(here, registry, prosecution, clerk, reader, registrar, prosecutor, register)


def scan(seed: int, size: int = 600) -> bytes:
    """A small page: a PNG of one grey level a row, different for each seed."""
    width = 32
    raw = b"".join(b"\x00" + bytes((seed * 7 + row * column) & 0xFF for column in range(width)) for row in range(16))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, 16, 8, 0, 0, 0, 0)
    text = chunk(b"tEXt", b"page\x00" + str(seed).encode() + b"." * size)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + text + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def lines(count: int, *, first: int = 1, mentions: int = 1, pages: int = 1, year: int = YEAR) -> list[dict[str, str]]:
    """The lines of a sheet: births, then mentions on the first ones."""
    found = [
        {
            "numero": str(number),
            "date": f"{date(year, 1, 1) + timedelta(days=number % 360):%d/%m/%Y}",
            "type": "",
            "pages": "|".join(f"{number}-{page}.png" for page in range(pages)),
            "nom": NAMES[number % 8],
            "prenoms": f"{FIRST[number % 8]}, {FIRST[(number + 3) % 8]}",
            "texte": "",
        }
        for number in range(first, first + count)
    ]
    for number in range(first, first + mentions):
        blank = dict.fromkeys(found[0], "")
        said = f"Marié à Rennes le 12 mai {year} avec {FIRST[(number + 1) % 8]} {NAMES[(number + 2) % 8]}"
        found.append(blank | {"numero": str(number), "date": f"12/05/{year}", "type": "mention", "texte": said})
    return found


def sheet(rows: Sequence[dict[str, str]]) -> str:
    """Write lines as a spreadsheet does."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_sheet(
    folder: Path, count: int, *, first: int = 1, mentions: int = 1, pages: int = 1, year: int = YEAR
) -> tuple[Path, Path]:
    """Write a sheet and its scans."""
    scans = folder / "scans"
    scans.mkdir(parents=True, exist_ok=True)
    rows = lines(count, first=first, mentions=mentions, pages=pages, year=year)
    path = folder / f"feuille-{first}.csv"
    path.write_text(sheet(rows), encoding="utf-8")
    for number in range(first, first + count):
        for page in range(pages):
            (scans / f"{number}-{page}.png").write_bytes(scan(number * 10 + page))
    return path, scans


def closing_day() -> date:
    """The last day of the year of the registers."""
    return date(YEAR, 12, 31)


def close(court: Court) -> None:
    """Note the closing minutes."""
    commands.close_register(register_id=court.register, on=closing_day(), actor=court.clerk)


def prepared(court: Court, town: Town, **explained: str) -> Deposit:
    """Prepare a deposit as the clerk does."""
    said = {int(number.lstrip("n")): why for number, why in explained.items()}
    made = commands.prepare_deposit(register_id=court.register, circuit=town.short, explained=said, actor=court.clerk)
    return Deposit.objects.get(id=made)


def signed(court: Court, town: Town) -> Deposit:
    """Prepare a deposit and have the mayor sign its statement."""
    row = prepared(court, town)
    assert row.item is not None
    town.confirm(town.freeze(row.item))
    run_jobs()
    row.refresh_from_db()
    return row


def deposited(court: Court, town: Town) -> Deposit:
    """Hand a signed deposit over."""
    row = signed(court, town)
    commands.hand_over(deposit_id=row.id, actor=court.clerk)
    run_jobs()
    row.refresh_from_db()
    return row


def verified(court: Court, town: Town) -> Deposit:
    """Have the registry verify a deposit."""
    row = deposited(court, town)
    commands.ask_verification(deposit_id=row.id, actor=court.registrar)
    run_jobs()
    row.refresh_from_db()
    return row


def accepted(court: Court, town: Town) -> Deposit:
    """Have the registry accept a deposit."""
    row = verified(court, town)
    commands.accept_deposit(deposit_id=row.id, actor=court.registrar)
    row.refresh_from_db()
    return row
