"""A journal with entries, and the means to tamper with it as the owner of the database could."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from parvis.core.actor import SYSTEM
from parvis.ledger import commands

TABLES = (
    "ledger_entry",
    "ledger_leaf",
    "ledger_tile",
    "ledger_checkpoint",
    "ledger_cosignature",
    "ledger_stamp",
)
Tamper = Callable[..., None]


@pytest.fixture(autouse=True)
def _own_keys(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own signing key."""
    settings.DATA_DIR = tmp_path
    monkeypatch.delenv("PARVIS_LEDGER_KEY", raising=False)
    monkeypatch.delenv("PARVIS_LEDGER_FORMER_KEYS", raising=False)


def write(count: int, *, about: UUID | None = None) -> list[UUID]:
    """Record ``count`` entries and commit."""
    with transaction.atomic():
        return commands.record_many(
            commands.NewEntry(actor=SYSTEM, action="a.done", subject=f"x:{n}", details={"n": n}, about=about)
            for n in range(count)
        )


@pytest.fixture
def journal() -> list[UUID]:
    """600 entries under three checkpoints."""
    identifiers = write(600)
    for _ in range(3):
        commands.sequence(limit=200)
    return identifiers


@pytest.fixture
def tamper() -> Tamper:
    """Run one statement with the guards lifted."""

    def run(statement: str, *values: Any) -> None:
        guards = [f"{table} {{}} TRIGGER {table}_{act}" for table in TABLES for act in ("change", "delete")]
        with transaction.atomic(), connection.cursor() as cursor:
            for guard in guards:
                cursor.execute("ALTER TABLE " + guard.format("DISABLE"))
            cursor.execute(statement, values)
            assert cursor.rowcount > 0, "the tampering changed nothing"
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for guard in guards:
                cursor.execute("ALTER TABLE " + guard.format("ENABLE"))

    return run
