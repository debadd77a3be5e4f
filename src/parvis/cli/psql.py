"""`parvis psql`: an SQL session on the database in use."""

import argparse
import os
import shutil
import signal
import subprocess

from parvis.cli import database
from parvis.core import env
from parvis.core.database import database_config

PASSES_THROUGH = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the name goes to psql; ``--admin`` is for the embedded server only."""
    parser.add_argument("--admin", action="store_true", help="en administrateur de la base intégrée")
    parser.epilog = "Les autres options sont celles de psql."


def run(options: argparse.Namespace) -> int:
    """Open the session. This process stays, since it holds the server; Ctrl+C is psql's alone."""
    database.ensure(watch=True)
    command = [program("psql"), *options.rest]
    settings = connection_environment() | ({"PGUSER": "postgres"} if options.admin else {})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run(command, env=os.environ | settings, check=False).returncode  # noqa: S603 - asked by the operator


def program(name: str) -> str:
    """Return a PostgreSQL client program: the system's for an external server, else the wheel's."""
    if not database.is_embedded() and (found := shutil.which(name)):
        return found
    from parvis.core.embedded.binaries import wheel_programs  # noqa: PLC0415 - only when it is the one

    return str(wheel_programs() / name)


def connection_environment() -> dict[str, str]:
    """What libpq needs, as environment variables: a password never shows in the list of processes."""
    config = database_config()
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    found = {variable: str(config.get(key, "")) for variable, key in names.items()}
    return {variable: value for variable, value in found.items() if value} | {
        "PGAPPNAME": f"parvis {env.text('USER', '')}".strip()
    }
