"""Shared by every test: the journal refuses TRUNCATE, which is how Django empties the database between tests."""

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:  # noqa: ARG001 - it comes first
    """Let the test database be emptied; every other guard of the journal stays."""
    tables = ("ledger_entry", "ledger_leaf", "ledger_tile", "ledger_checkpoint")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_truncate")
