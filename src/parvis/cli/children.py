"""Processes that end with their parent, even when the parent is killed without warning."""

import os
import signal
import sys

from parvis.core.embedded.processes import die_with_parent

_PARENT = "PARVIS_PARENT"


def environment() -> dict[str, str]:
    """The environment for a child that calls `follow_parent`."""
    return os.environ | {_PARENT: str(os.getpid())}


def follow_parent() -> None:
    """In a child of `parvis up`: stop when it dies. Does nothing when started by hand."""
    parent = os.environ.pop(_PARENT, "")
    if parent:
        end_with(int(parent), signal.SIGTERM)


def end_with(parent: int, number: signal.Signals) -> None:
    """Get a signal when the parent dies. Only Linux can promise it; elsewhere nothing is promised."""
    if sys.platform.startswith("linux"):
        die_with_parent(number, parent)
