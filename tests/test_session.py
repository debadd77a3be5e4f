"""The ground the other tests stand on: a real PostgreSQL, and no way out of the machine."""

import asyncio
import socket
import urllib.request

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.conftest import NetworkBlockedError


@pytest.mark.django_db
def test_the_database_is_a_migrated_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        assert cursor.fetchone()[0] >= 150000
    assert ContentType.objects.exists()
    assert "procrastinate_jobs" in connection.introspection.table_names()


@pytest.mark.django_db
def test_the_application_role_obeys_row_level_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_a_connection_to_the_outside_is_blocked_with_a_reason() -> None:
    with pytest.raises(NetworkBlockedError, match=r"203\.0\.113\.7"):
        socket.create_connection(("203.0.113.7", 80), timeout=1)


def test_a_name_look_up_is_blocked() -> None:
    with pytest.raises(NetworkBlockedError, match=r"example\.invalid"):
        urllib.request.urlopen("http://example.invalid/", timeout=1)


def test_an_asynchronous_connection_is_blocked() -> None:
    with pytest.raises(NetworkBlockedError):
        asyncio.run(asyncio.wait_for(asyncio.open_connection("203.0.113.7", 80), 1))


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
