"""The real communes, and small releases of the geographic code to play with."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from parvis.core.actor import SYSTEM
from parvis.directory import cog, commands

Release = Callable[..., Path]


@pytest.fixture(scope="module")
def france(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[commands.ImportReport]:
    """The release shipped with Parvis, imported once for the module."""
    with django_db_blocker.unblock():
        report = commands.import_communes(source=cog.PACKED, actor=SYSTEM)
        yield report
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE directory_commune, ledger_entry, ledger_pending CASCADE")


def record(code: str, name: str, **fields: Any) -> dict[str, Any]:
    place = {"departement": code[:2], "region": "84", "zone": "metro"}
    return {"code": code, "nom": name, "type": "commune-actuelle"} | place | fields


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """Write records the way the package does, and return the file."""

    def write(*records: dict[str, Any], name: str = "communes.json") -> Path:
        file = tmp_path / name
        file.write_text("[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in records) + "\n]\n")
        return file

    return write
