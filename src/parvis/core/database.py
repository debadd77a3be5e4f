"""Which PostgreSQL this process talks to: ``DATABASE_URL``, or the embedded one in the data directory."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from parvis.core import env

EMBEDDED_NAME = "parvis"


def database_config() -> dict[str, Any]:
    """Return Django's connection settings. Opens nothing: the server may not be running yet."""
    url = env.text("DATABASE_URL")
    return _from_url(url) if url else _embedded()


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        message = "DATABASE_URL: expected postgresql://user:password@host:port/name"
        raise env.BadSettingError(message)
    query = dict(parse_qsl(parts.query))
    return _common() | {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A socket directory travels in ?host=, as libpq writes it.
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
    }


def _embedded() -> dict[str, Any]:
    from parvis.core.embedded import paths  # noqa: PLC0415 - an external server must not need the wheel

    return _common() | {
        "NAME": EMBEDDED_NAME,
        "USER": EMBEDDED_NAME,
        "HOST": str(paths.socket_dir(env.data_dir())),
        "PORT": "5432",
    }


def _common() -> dict[str, Any]:
    # The pool, not CONN_MAX_AGE: granian's idle threads die with their connection open (specs/scale.md §2).
    size = env.number("PARVIS_DB_POOL", 4)
    return {
        "ENGINE": "parvis.core.postgres",
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": size, "timeout": 10},
            # Only what asks for it is prepared (`core.sql.fetch_prepared`); a pooler may not know prepared statements.
            "prepare_threshold": 5 if env.flag("PARVIS_DB_PREPARE", default=True) else None,
        },
        "ATOMIC_REQUESTS": False,
        "TEST": {"SERIALIZE": False},
    }
