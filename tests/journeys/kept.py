"""Registers in each state that has a page of its own, and the people of a court."""

import tempfile
from pathlib import Path
from uuid import UUID

from django.test import override_settings

from parvis.identity.models import Account
from parvis.preservation import commands
from parvis.preservation.enums import RegisterKind
from parvis.preservation.models import Deposit, DepositMove, Register
from tests.support import registers
from tests.support.world import World


def set_stage(here: World, people: dict[str, Account]) -> dict[str, str]:
    """Fill a few registers, deposit two: one to verify, one found wrong."""
    court = registers.build(here)
    cast = {"keeper": court.clerk, "court_clerk": court.registrar, "prosecutor": court.prosecutor}
    people |= {name: Account.objects.get(id=actor.person) for name, actor in cast.items()}
    made = {"open_register": str(court.register)}
    with tempfile.TemporaryDirectory() as folder, override_settings(PRESERVATION_ROOT=Path(folder) / "kept"):
        court.fill(Path(folder), 8, mentions=2)
        for name, kind in (
            ("closed_register", RegisterKind.MARRIAGE),
            ("received", RegisterKind.DEATH),
            ("wrong", RegisterKind.RECOGNITION),
        ):
            register = commands.open_register(
                organisation=here.rennes.id, commune="35238", kind=kind, year=registers.YEAR, actor=court.clerk
            )
            path, scans = registers.write_sheet(Path(folder) / name, 4)
            commands.import_register(register_id=register, path=path, scans=scans, actor=court.clerk)
            commands.close_register(register_id=register, on=registers.closing_day(), actor=court.clerk)
            made[name] = str(register) if name == "closed_register" else _deposit(court, register, name)
    return made


def _deposit(court: registers.Court, register: UUID, name: str) -> str:
    """A deposit as its rows tell it: its pages are looked at, its package is not opened."""
    row = Register.objects.get(id=register)
    found = {
        "acts": 4,
        "others": 1,
        "pages": 4,
        "wrong": 2,
        "anomalies": [
            {"code": "page_missing", "act": "2", "detail": "9f86d081884c7d65"},
            {"code": "number_missing", "act": "3", "detail": ""},
        ],
    }
    states = ["prepared", "signed", "deposited"] + (["verified"] if name == "wrong" else [])
    made = Deposit.objects.create(
        register=row,
        number=1,
        registry=court.registry,
        state=states[-1],
        size=row.size,
        root=bytes(range(32)),
        seda="2.3",
        statement="Bordereau",
        signature=bytes(32),
        package=bytes(32),
        evidence=bytes(32),
        report=found if name == "wrong" else {},
    )
    for state in states:
        DepositMove.objects.create(deposit=made, state=state, author="Nadia Benali")
    return str(made.id)
