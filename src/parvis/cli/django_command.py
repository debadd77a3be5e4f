"""Any command of Django, with the database it needs."""

import sys

from parvis.cli import database

# Commands for people who write code: they must work before there is any database.
_WITHOUT_DATABASE = frozenset({"help", "makemessages", "compilemessages", "collectstatic", "findstatic"})


def run(name: str, words: list[str], *, database_needed: bool = True) -> int:
    """Run a management command; Django's own error messages and exit codes are kept."""
    if database_needed and name not in _WITHOUT_DATABASE and not {"-h", "--help"} & set(words):
        database.ensure(watch=True)
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the settings module is chosen

    sys.argv[0] = "parvis"
    execute_from_command_line(["parvis", name, *words])
    return 0
