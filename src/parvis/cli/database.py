"""Have a database before Django needs it."""

from parvis.core import env


def is_embedded() -> bool:
    """Tell whether this installation uses the embedded server."""
    return not env.text("DATABASE_URL")


def ensure(*, watch: bool = False) -> None:
    """Start the embedded server if it is the one in use. ``watch`` is for commands that run for long."""
    if is_embedded():
        from parvis.core import embedded  # noqa: PLC0415 - an external server must not need the wheel

        embedded.ensure_running(env.data_dir(), watch=watch)
