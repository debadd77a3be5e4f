"""The server's settings and who may connect, written before each start."""

import os
from pathlib import Path
from typing import Literal

from parvis.core.embedded.accounts import Account, give, name_of

Durability = Literal["durable", "volatile"]
ROLE = "parvis"
_INCLUDES = """
# Parvis rewrites parvis.conf at each start; what you add to local.conf wins and is kept.
include_if_exists = 'parvis.conf'
include_if_exists = 'local.conf'
"""
_COMMON = """
listen_addresses = ''
port = 5432
# Relative: the socket is in the cluster directory (mode 0700), whatever the length of its path.
unix_socket_directories = '.'
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_checkpoints = off
max_connections = 100
"""
_VOLATILE = """
# For tests only: a crash may lose everything.
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = 64MB
"""
_MEGABYTE = 1024 * 1024


def include_our_settings(cluster: Path) -> None:
    """Make postgresql.conf read our files. Once, when the cluster is made."""
    with (cluster / "postgresql.conf").open("a", encoding="utf-8") as out:
        out.write(_INCLUDES)
    (cluster / "local.conf").write_text("# Vos réglages PostgreSQL ; Parvis n’y touche pas.\n", encoding="utf-8")


def write(cluster: Path, account: Account, durability: Durability) -> None:
    """Write settings and access rules; the server account must be able to read them."""
    settings = _COMMON + (_VOLATILE if durability == "volatile" else _durable())
    texts = {"parvis.conf": settings, "pg_hba.conf": _access_rules(), "pg_ident.conf": _who_is_who(account)}
    for name, content in texts.items():
        draft = cluster / f"{name}.draft"
        draft.write_text(content, encoding="utf-8")
        draft.chmod(0o600)
        if account.switch:
            give(draft, account)
        draft.replace(cluster / name)


def _durable() -> str:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
    # An eighth of the machine: the web and worker processes live here too.
    buffers = min(max(total // 8, 64), 1024)
    return f"\nshared_buffers = {buffers}MB\nwal_compression = pglz\nmax_wal_size = 1GB\n"


def _access_rules() -> str:
    # The socket only, and only the accounts of pg_ident.conf: there is no password to leak and no port to scan.
    return "local all all peer map=parvis\nlocal replication all peer map=parvis\n"


def _who_is_who(account: Account) -> str:
    names = {"root", name_of(account.uid)} - {""}
    return "".join(f'parvis "{name}" all\n' for name in sorted(names))
