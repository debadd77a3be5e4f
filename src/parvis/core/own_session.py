"""Whether the database gives each connection a session of its own.

The scope of the row policies (`core.tenancy`) lives in the session. Behind a pooler that lends a server's session to
one client after the other, transaction by transaction, a town would work in the scope that another just left: such a
pooler is refused, never worked around. Its session mode is fine.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

_NAMES = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
_TIMEOUT_SECONDS = 5
POOLED = "un répartiteur prête la même session à plusieurs connexions : un organisme verrait celles d’un autre"


def direct(config: dict[str, Any]) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect outside of Django, to the database of these settings."""
    where = {option: config[key] for option, key in _NAMES.items() if config.get(key)}
    return psycopg.connect(**where, connect_timeout=_TIMEOUT_SECONDS, autocommit=True)


def keeps_session(config: dict[str, Any]) -> bool:
    """Tell whether a session lasts as long as its connection. Raise psycopg.Error when the server is not there.

    While a second connection holds a transaction, and with it any session that a pooler would lend twice, the first
    asks again which process serves it. A pooler with a single session to lend lets it wait: that is an answer too.
    """
    with (
        direct(config) as one,
        direct(config) as other,
        ThreadPoolExecutor(max_workers=1) as asking,
    ):
        served_by = _server(one)
        with other.transaction():
            _server(other)
            again = asking.submit(_server, one)
            try:
                return again.result(timeout=_TIMEOUT_SECONDS) == served_by
            except TimeoutError:  # answered as soon as the transaction is over
                return False


def _server(connection: psycopg.Connection[tuple[Any, ...]]) -> object:
    """Which process of the server answers."""
    return connection.execute("SELECT pg_backend_pid()").fetchone()
