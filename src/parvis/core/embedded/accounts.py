"""Which system account runs the server.

PostgreSQL refuses to run as root. Started by root, the server therefore takes the identity of whoever owns the data
directory or, when that is root itself, a number that no other account of the machine uses: files and processes of
the database are then out of reach of every service, which would be false of the shared account `nobody`. No account
is created: root may take any number, and only `initdb` insists on a name (see `initialise`).
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from parvis.core.embedded import paths
from parvis.core.embedded.errors import EmbeddedError

# Debian gives 1000-59999 to people and 60000-64999 on request; this one is far from where useradd counts up.
PRIVATE_UID = 59_473


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group number, and whether this process must change to it to run the server."""

    uid: int
    gid: int
    switch: bool

    @property
    def name(self) -> str:
        """The account's name, empty when it has none."""
        return name_of(self.uid)


def name_of(uid: int) -> str:
    """Return the login name of a user number, or an empty string."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


def server_account(data_dir: Path) -> Account:
    """Return the account that runs, or will run, the server of this data directory."""
    if os.getuid() != 0:
        return Account(os.getuid(), os.getgid(), switch=False)
    for place in (paths.cluster_dir(data_dir), data_dir):
        if place.exists() and place.stat().st_uid != 0:
            owner = place.stat()
            return Account(owner.st_uid, owner.st_gid, switch=True)
    return Account(PRIVATE_UID, PRIVATE_UID, switch=True)


def named_account() -> Account:
    """Return an unprivileged account that has a name, for `initdb` run by root."""
    accounts = sorted(pwd.getpwall(), key=lambda entry: entry.pw_name != "nobody")
    for entry in accounts:
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, switch=True)
    message = (
        "Cette machine n’a aucun autre compte que root, et PostgreSQL refuse root. "
        "Créez un compte (useradd parvis) et relancez la commande."
    )
    raise EmbeddedError(message)


def open_log(path: Path, data_dir: Path) -> IO[bytes]:
    """Open a log for the owner of the data directory: root helping an account must not lock it out."""
    log = path.open("ab")
    owner = data_dir.stat()
    if os.getuid() == 0 and owner.st_uid != 0:
        os.fchown(log.fileno(), owner.st_uid, owner.st_gid)
    return log


def give(path: Path, account: Account) -> None:
    """Give a whole tree to an account; links are changed, not followed."""
    os.chown(path, account.uid, account.gid, follow_symlinks=False)
    for folder, folders, files in os.walk(path):
        for name in folders + files:
            os.chown(os.path.join(folder, name), account.uid, account.gid, follow_symlinks=False)  # noqa: PTH118 - hot loop
