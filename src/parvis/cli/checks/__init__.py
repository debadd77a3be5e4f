"""What `parvis doctor` looks at, from the ground up."""

from collections.abc import Callable

from parvis.cli.checks import journal, kept, machine, outside, storage
from parvis.cli.checks.finding import Finding, Level

CHECKS: list[Callable[[], list[Finding]]] = [
    machine.python,
    machine.packages,
    machine.clock,
    storage.data_directory,
    storage.documents,
    storage.database,
    storage.migrations,
    storage.policies,
    journal.witnesses,
    journal.dates,
    kept.preservation,
    outside.mail,
    outside.browser,
]

__all__ = ["CHECKS", "Finding", "Level"]
