"""Make a new cluster, or recognise one we cannot run."""

import shutil
import tempfile
from pathlib import Path
from typing import IO

from parvis.core.embedded import configuration, paths, programs
from parvis.core.embedded.accounts import Account, give, named_account
from parvis.core.embedded.binaries import MAJOR
from parvis.core.embedded.errors import EmbeddedError

# Builtin C.UTF-8: the order of texts does not depend on the machine's C library or on an upgrade of it.
_DRAFT = "postgres.draft-"
_INITDB = [
    "-D",
    programs.HERE,
    "--username=postgres",
    "--auth-local=peer",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--text-search-config=french",
    "--data-checksums",
    "--no-instructions",
]
# Single-user mode ends a command at an empty line. Not a superuser: row-level security must bind it. It makes the
# roles that the application works as (core/migrations/0001_roles.py).
_OWNER = f"CREATE ROLE {configuration.ROLE} LOGIN CREATEDB CREATEROLE;\n\n"
# A cluster made before those roles gets the same right at its next start, once: this file in it says that it has it.
_RIGHT = f"ALTER ROLE {configuration.ROLE} CREATEROLE;\n\n"
_RIGHT_GIVEN = "parvis.createrole"
_DATABASE = f"CREATE DATABASE {configuration.ROLE} OWNER {configuration.ROLE};\n\n"


def version_of(cluster: Path) -> str:
    """Return the major version of a cluster, empty when there is no cluster."""
    try:
        return (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def refuse_other_version(data_dir: Path) -> None:
    """Raise when another major version made the cluster: PostgreSQL would refuse it without saying what to do."""
    found = version_of(paths.cluster_dir(data_dir))
    if found and found != str(MAJOR):
        message = (
            f"La base de {data_dir} est au format de PostgreSQL {found}, et Parvis utilise PostgreSQL {MAJOR}. "
            f"Lancez « parvis upgrade-database » : la base actuelle est gardée dans postgres.{found}."
        )
        raise EmbeddedError(message, code="embedded-version")


def make_cluster(data_dir: Path, bin_dir: Path, account: Account, log: IO[bytes], *, fast: bool = False) -> None:
    """Make the cluster with its role and database, in one visible step.

    All is done beside, then renamed: a process killed half-way leaves a draft that the next one throws away.
    """
    cluster = paths.cluster_dir(data_dir)
    for abandoned in data_dir.glob(f"{_DRAFT}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    # A new name each time: an orphan of a killed initdb may still be writing in the old one.
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=data_dir))
    # initdb alone demands that its user has a name; the server does not.
    maker = account if account.name or not account.switch else named_account()
    if maker.switch:
        give(draft, maker)
    programs.run([str(bin_dir / "initdb"), *_INITDB, *(["--no-sync"] if fast else [])], draft, maker, log)
    configuration.include_our_settings(draft)
    durability = ["-c", "fsync=off"] if fast else []
    programs.run(_single(bin_dir, *durability), draft, maker, log, sql=_OWNER + _DATABASE)
    (draft / _RIGHT_GIVEN).touch()
    if account.switch:
        give(draft, account)
    draft.rename(cluster)


def give_rights(cluster: Path, bin_dir: Path, account: Account, log: IO[bytes]) -> None:
    """Give our role what a cluster made by an earlier version lacks. The server must be stopped; again does nothing."""
    mark = cluster / _RIGHT_GIVEN
    if mark.exists():
        return
    run_alone(cluster, bin_dir, account, log, sql=_RIGHT)
    mark.touch()
    if account.switch:
        give(mark, account)


def run_alone(cluster: Path, bin_dir: Path, account: Account, log: IO[bytes], sql: str) -> None:
    """Run statements as the cluster's superuser, its server being stopped.

    Without a server, PostgreSQL demands like `initdb` that its user has a name: the files are lent to one that has.
    """
    maker = account if account.name or not account.switch else named_account()
    if maker != account:
        give(cluster, maker)
    try:
        programs.run(_single(bin_dir), cluster, maker, log, sql=sql)
    finally:
        if maker != account:
            give(cluster, account)


def _single(bin_dir: Path, *options: str) -> list[str]:
    """PostgreSQL without a server, as its superuser: nobody else is in, and no password is asked."""
    return [str(bin_dir / "postgres"), "--single", "-D", programs.HERE, *options, "postgres"]
