"""Where the embedded server keeps its files and its socket.

Nothing here depends on the environment: two processes of one user may have different ``XDG_RUNTIME_DIR`` or
``TMPDIR`` (a login session and a cron job), and both must find the same server.
"""

import hashlib
from pathlib import Path

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
# sockaddr_un holds 107 bytes and libpq reads a comma as "several hosts".
_LONGEST_SOCKET_PATH = 103
_SHORT_LINKS = Path("/tmp")  # noqa: S108 - holds only a link, whose owner and target are checked before use


def cluster_dir(data_dir: Path) -> Path:
    """The PostgreSQL data directory."""
    return data_dir / "postgres"


def control_dir(data_dir: Path) -> Path:
    """Locks, state and logs of the launcher."""
    return data_dir / "embedded"


def server_log(data_dir: Path) -> Path:
    """What PostgreSQL says."""
    return control_dir(data_dir) / "postgres.log"


def keeper_log(data_dir: Path) -> Path:
    """What the keeper says, and its traceback should it ever crash."""
    return control_dir(data_dir) / "keeper.log"


def socket_dir(data_dir: Path) -> Path:
    """The directory to give to a client as host.

    The socket lives in the cluster directory, which PostgreSQL itself keeps at mode 0700. When that path cannot be
    written in a socket address, a link with a short name in /tmp stands for it (`links.ensure_short_link`).
    """
    direct = cluster_dir(data_dir)
    if needs_short_link(data_dir):
        return _SHORT_LINKS / f"parvis-{hashlib.sha256(bytes(data_dir)).hexdigest()[:16]}"
    return direct


def needs_short_link(data_dir: Path) -> bool:
    """Tell whether the socket's own path is too long, or has a comma."""
    direct = bytes(cluster_dir(data_dir) / SOCKET_NAME)
    return len(direct) > _LONGEST_SOCKET_PATH or b"," in direct
