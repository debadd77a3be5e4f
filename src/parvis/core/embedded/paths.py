"""Where the embedded server keeps its files and its socket."""

import hashlib
import os
import tempfile
from pathlib import Path


def cluster_dir(data_dir: Path) -> Path:
    """The PostgreSQL data directory."""
    return data_dir / "postgres"


def socket_dir(data_dir: Path) -> Path:
    """The directory of the Unix socket, private to this user.

    A socket path may not pass 107 bytes, so it lives in the run-time directory under a short hash of the data
    directory, never inside it.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    return Path(runtime) / f"parvis-{os.getuid()}-{digest}"
