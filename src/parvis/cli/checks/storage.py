"""Where data goes: the data directory, the documents, the database."""

import os
import shutil
import tempfile
from pathlib import Path

import psycopg

from parvis.cli import database as database_in_use
from parvis.cli.checks.finding import Finding, error, ok, warning
from parvis.core import env
from parvis.core.database import database_config
from parvis.core.embedded.errors import EmbeddedError
from parvis.core.own_session import POOLED, direct, keeps_session

_OLDEST_POSTGRESQL = 15
_GIGABYTE = 1024**3
_LITTLE_ROOM = 2
_NO_ROOM = 0.2
_PRIVATE = 0o077


_ABOVE_POLICIES = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"


def data_directory() -> list[Finding]:
    """Ours alone, with room left."""
    place = env.data_dir()
    if not place.exists():
        return ok("Dossier de données", f"{place} (sera créé au premier démarrage)")
    if not os.access(place, os.W_OK | os.X_OK):
        return error(
            "Dossier de données", f"{place} n’est pas accessible", "Prenez le compte qui l’a créé, ou PARVIS_DATA."
        )
    free = _free(place) / _GIGABYTE
    room = f"{place}, {free:.1f} Go libres"
    if free < _NO_ROOM:
        return error("Dossier de données", room, "Libérez de la place : la base va s’arrêter.")
    if free < _LITTLE_ROOM:
        return warning("Dossier de données", room, "Libérez de la place ou déplacez le dossier (PARVIS_DATA).")
    if place.stat().st_mode & _PRIVATE:
        return warning("Dossier de données", f"{room}, lisible par d’autres comptes", f"chmod 700 {place}")
    return ok("Dossier de données", room)


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free


def documents() -> list[Finding]:
    """Write a file, for real: rights alone do not tell about a full or read-only disk."""
    from django.conf import settings  # noqa: PLC0415 - settings are read when the check runs

    place = Path(settings.DOCUMENTS_ROOT)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"parvis")
            os.fsync(probe.fileno())
    except OSError as problem:
        return error(
            "Documents", f"{place} : {problem.strerror}", "Rendez ce dossier inscriptible, ou PARVIS_DOCUMENTS."
        )
    return ok("Documents", f"{place} accepte l’écriture")


def database() -> list[Finding]:
    """Reach the database in use and check its version."""
    place = described()
    try:
        database_in_use.ensure()
        version = _server_version()
    except (psycopg.Error, EmbeddedError) as problem:
        reason = str(problem).strip().splitlines()[0]
        return error("Base de données", f"{place} : {reason}", "Vérifiez DATABASE_URL et que le serveur est démarré.")
    found = f"PostgreSQL {version // 10_000}.{version % 10_000}, {place}"
    if version // 10_000 < _OLDEST_POSTGRESQL:
        return error("Base de données", found, f"Il faut PostgreSQL {_OLDEST_POSTGRESQL} ou plus récent.")
    return ok("Base de données", found)


def migrations() -> list[Finding]:
    """The tables match the code."""
    try:
        _server_version()
    except psycopg.Error:
        return []  # already said, and Django's pool would try for ten seconds
    from django.db import connection  # noqa: PLC0415 - settings are read when the check runs
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - same

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        return error("Migrations", f"{len(pending)} à appliquer", "Lancez « parvis migrate ».")
    return ok("Migrations", "à jour")


def policies() -> list[Finding]:
    """The database's user obeys the row policies that separate organisations."""
    try:
        _server_version()
    except psycopg.Error:
        return []  # already said
    if not keeps_session(database_config()):
        return error("Cloisonnement", POOLED, "Passez-le en mode « session » (docs/security/tenancy.md).")
    from django.db import connection  # noqa: PLC0415 - settings are read when the check runs

    with connection.cursor() as cursor:
        cursor.execute(_ABOVE_POLICIES)
        (above,) = cursor.fetchone()
    if above:
        return warning(
            "Cloisonnement",
            "l’utilisateur de la base passe outre les règles qui séparent les organismes",
            "Donnez à Parvis un utilisateur sans SUPERUSER ni BYPASSRLS (docs/security/tenancy.md).",
        )
    return ok("Cloisonnement", "la base sépare les organismes")


def _server_version() -> int:
    with direct(database_config()) as connection:
        return connection.info.server_version


def described() -> str:
    """Where the database is, without its password."""
    if database_in_use.is_embedded():
        return f"intégrée, dans {env.data_dir()}"
    config = database_config()
    password = ":***" if config.get("PASSWORD") else ""
    port = f":{config['PORT']}" if config.get("PORT") else ""
    return f"postgresql://{config['USER']}{password}@{config['HOST']}{port}/{config['NAME']}"
