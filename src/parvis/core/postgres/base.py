"""The database engine of this project. Django looks for this module and this class by name."""

from django.db.backends.postgresql import base

from parvis.core import tenancy


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the present scope each time it gets a connection: what the last user of a pooled one set is overwritten."""

    def init_connection_state(self) -> None:
        """Say for whom this connection works, before anything else."""
        super().init_connection_state()
        tenancy.apply(self, tenancy.present(), local=False)
