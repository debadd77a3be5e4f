"""Registers in the demo: one deposited with the court and accepted, a replica damaged and healed."""

import csv
import random
import struct
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from parvis.cli.demo.signing import CIRCUIT
from parvis.cli.up import say
from parvis.core.actor import SYSTEM, Actor

ACTS = 60
WAIT_SECONDS = 60.0
_NAMES = ("Martin", "Bernard", "Petit", "Robert", "Durand", "Moreau", "Simon", "Laurent", "Lefebvre", "Roux")
_FIRST = ("Camille", "Louise", "Jules", "Adèle", "Noé", "Inès", "Léo", "Rose", "Marcel", "Jeanne")


def play() -> int:
    """Return 0 when the deposit is accepted and the replica is healed; say each step."""
    from parvis.core.errors import DomainError  # noqa: PLC0415 - Django must be ready

    say("\nLes registres d’état civil :")
    try:
        _play()
    except (DomainError, TimeoutError) as error:
        say(f"  ✗ {error}")
        return 1
    return 0


def _play() -> None:
    from parvis.identity import queries as identity  # noqa: PLC0415 - Django must be ready
    from parvis.preservation import commands  # noqa: PLC0415 - same

    town = _town()
    clerk, mayor, registrar = (identity.actor_of(_account(who)) for who in ("clerk", "mayor", "registrar"))
    register = _register(town)
    added = _import(register, clerk)
    say(f"  ✓ registre importé : {added} entrées, {ACTS} actes numérisés, vérifiés avant d’écrire")
    commands.close_register(register_id=register, on=date.today().replace(month=1, day=1), actor=clerk)  # noqa: DTZ011
    deposit = _signed(register, town, clerk, mayor)
    commands.hand_over(deposit_id=deposit, actor=clerk)
    _wait(deposit, "deposited", "le versement n’est pas arrivé au greffe à temps")
    say("  ✓ bordereau signé par la maire, registre versé au greffe (BagIt et SEDA)")
    commands.ask_verification(deposit_id=deposit, actor=registrar)
    found = _wait(deposit, "verified", "la vérification du greffe n’a pas fini à temps")
    commands.accept_deposit(deposit_id=deposit, actor=registrar)
    say(f"  ✓ vérifié acte par acte par le greffe ({found.report['acts']} actes), accepté")
    say(f"  ✓ {_healed()}")


def _town() -> Any:
    from parvis.cli.demo.world import TOWNS  # noqa: PLC0415 - Django must be ready
    from parvis.directory import queries as directory  # noqa: PLC0415 - same

    code, _, siret, _ = TOWNS[0]
    found = directory.organisation_named(siret, code)
    if found is None:
        raise TimeoutError("la mairie de démonstration manque")
    return found.id


def _account(who: str) -> Any:
    from parvis.cli.demo.world import PEOPLE  # noqa: PLC0415 - Django must be ready
    from parvis.identity import queries as identity  # noqa: PLC0415 - same

    found = identity.account_by_email(PEOPLE[who][0])
    if found is None:
        raise TimeoutError("les comptes de démonstration manquent")
    return found


def _register(town: Any) -> Any:
    """A new volume each time the demo is played."""
    from parvis.preservation import commands, queries  # noqa: PLC0415 - Django must be ready
    from parvis.preservation.enums import RegisterKind  # noqa: PLC0415 - same

    return commands.open_register(
        organisation=town,
        commune="35238",
        kind=RegisterKind.BIRTH,
        year=_year(),
        volume=len(queries.register_rows()) + 1,
        actor=SYSTEM,
    )


def _year() -> int:
    return date.today().year - 1  # noqa: DTZ011 - a year is enough


def _import(register: Any, clerk: Actor) -> int:
    from parvis.preservation import commands  # noqa: PLC0415 - Django must be ready

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sheet = folder / "registre.csv"
        with sheet.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow(["numero", "date", "type", "pages", "nom", "prenoms", "texte"])
            for number in range(1, ACTS + 1):
                (folder / f"{number}.png").write_bytes(_scan(number))
                writer.writerow(_line(number, f"{number}.png"))
            writer.writerow([1, f"12/09/{_year()}", "mention", "", "", "", "Reconnue à Rennes par Jules Martin."])
        if commands.check_sheet(register_id=register, path=sheet, scans=folder, actor=clerk).wrong:
            raise TimeoutError("la feuille de démonstration est fausse")
        return commands.import_register(register_id=register, path=sheet, scans=folder, actor=clerk)


def _line(number: int, page: str) -> list[object]:
    day = date(_year(), 1, 1) + timedelta(days=number * 6 % 365)
    name, first = _NAMES[number % 10], f"{_FIRST[number % 10]}, {_FIRST[(number // 3) % 10]}"
    return [number, f"{day:%d/%m/%Y}", "", page, name, first, ""]


def _scan(number: int) -> bytes:
    """A page of grey lines, unlike any other: there is no real act in the demo."""
    width, height = 240, 320
    shade = random.Random(f"{time.time_ns()}-{number}")  # noqa: S311 - a drawing
    rows = b"".join(b"\0" + bytes([shade.randrange(180, 256)]) * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _signed(register: Any, town: Any, clerk: Actor, mayor: Actor) -> Any:
    """Prepare the deposit, and have the mayor confirm the signature of its statement."""
    from parvis.preservation import commands, queries  # noqa: PLC0415 - Django must be ready
    from parvis.signing import commands as signing  # noqa: PLC0415 - same
    from parvis.signing import queries as parapheur  # noqa: PLC0415 - same

    circuit = parapheur.circuits_of([town]).get(name=CIRCUIT).id
    made = commands.prepare_deposit(register_id=register, circuit=circuit, actor=clerk)
    item = queries.deposit(made).item
    if item is None:
        raise TimeoutError("le bordereau n’est pas dans le parapheur")
    frozen = signing.freeze_batch(organisation=town, items=[item], actor=mayor)
    batch = parapheur.batch_of(frozen, mayor)
    signing.confirm_batch(batch_id=batch.id, digest=bytes(batch.digest), actor=mayor)
    _wait(made, "signed", "le bordereau n’a pas été signé à temps")
    return made


def _wait(deposit: Any, state: str, late: str) -> Any:
    from parvis.preservation import queries  # noqa: PLC0415 - Django must be ready

    _until(lambda: queries.deposit(deposit).state == state, late)
    return queries.deposit(deposit)


def _until(seen: Callable[[], bool], late: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not seen():
        if time.monotonic() > deadline:
            raise TimeoutError(late)
        time.sleep(0.1)


def _healed() -> str:
    """Flip one bit on the distinct site, and read it again."""
    from parvis.preservation import commands  # noqa: PLC0415 - Django must be ready
    from parvis.preservation.enums import SiteName  # noqa: PLC0415 - same
    from parvis.preservation.store import sites  # noqa: PLC0415 - same

    commands.replicate()
    replica = sites.replica()
    if replica is None:
        raise TimeoutError("le site distinct manque")
    name = next(replica.names())
    path = replica.root / "objects" / name.hex()[:2] / name.hex()[2:]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    done = commands.scrub(site=SiteName.REPLICA)
    if done.repaired < 1 or done.lost:
        raise TimeoutError("la réplique abîmée n’a pas été réparée")
    return (
        f"réplique : un bit changé dans un objet sur {done.count}, trouvé à la relecture et réparé depuis l’autre site"
    )
