"""The embedded PostgreSQL: binaries from a wheel, run by our own launcher (docs/adr/0002-embedded-postgresql.md).

Three words. A *client* is any process that uses the database: it calls `ensure_running` and holds a lock for its
whole life. The *keeper* is one small detached process that owns the server and leaves after the last client.
The *cluster* is PostgreSQL's own directory, ``<data>/postgres``.
"""

from parvis.core.embedded.client import Cluster, ensure_running, release, stop
from parvis.core.embedded.errors import EmbeddedError
from parvis.core.embedded.state import Status, status

__all__ = ["Cluster", "EmbeddedError", "Status", "ensure_running", "release", "status", "stop"]
