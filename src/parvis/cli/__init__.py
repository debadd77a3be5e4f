"""The `parvis` command: demo, up, serve, worker, migrate, doctor, import, verify, bench."""

import os
import sys


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.web.settings.base")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings first

    execute_from_command_line(["parvis", *sys.argv[1:]])
