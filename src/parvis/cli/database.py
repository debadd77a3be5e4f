"""Have a database before Django needs it."""

from parvis.core import env


def is_embedded() -> bool:
    """Tell whether this installation uses the embedded server."""
    return not env.text("DATABASE_URL")


def ensure(*, watch: bool = False) -> None:
    """Start the embedded server if it is the one in use. ``watch`` is for commands that run for long.

    Exit when an external one lends its sessions around: the row policies would not hold.
    """
    if is_embedded():
        from parvis.core import embedded  # noqa: PLC0415 - an external server must not need the wheel

        embedded.ensure_running(env.data_dir(), watch=watch)
        return
    import psycopg  # noqa: PLC0415 - slow to import, and the embedded server's users do not wait for it

    from parvis.core.database import database_config  # noqa: PLC0415 - same
    from parvis.core.own_session import POOLED, keeps_session  # noqa: PLC0415 - same

    if not watch:
        return
    try:
        kept = keeps_session(database_config())
    except psycopg.Error as problem:
        message = f"parvis : la base de données ne répond pas ({type(problem).__name__}). Vérifiez DATABASE_URL."
        raise SystemExit(message) from problem
    if not kept:
        message = f"parvis : {POOLED}. Passez-le en mode « session », puis relancez (docs/security/tenancy.md)."
        raise SystemExit(message)
