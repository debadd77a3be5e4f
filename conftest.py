"""Shared by every test: how long a generated example may take, and a journal that can be emptied.

The journal refuses TRUNCATE, which is how Django empties the database between tests.
"""

import pytest
from django.db import connection
from hypothesis import settings
from pytest_django import DjangoDbBlocker

# A shared machine is slow at times: an example that takes long is not a failure.
settings.register_profile("parvis", deadline=None)
settings.load_profile("parvis")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:  # noqa: ARG001 - it comes first
    """Let the test database be emptied; every other guard of append-only tables stays."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%\\_truncate'")
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
