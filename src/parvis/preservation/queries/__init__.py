"""Reads of the preservation context."""

from parvis.preservation.queries.objects import content_of, content_to_file
from parvis.preservation.queries.registers import (
    Reach,
    acts_of,
    all_deposited,
    deposit,
    deposits_of,
    history_of,
    live_roots,
    reach_of,
    register,
    register_named,
    register_rows,
    registers_of,
    state_of,
    under_way,
)
from parvis.preservation.queries.watching import Health, Watched, format_watch, health

__all__ = [
    "Health",
    "Reach",
    "Watched",
    "acts_of",
    "all_deposited",
    "content_of",
    "content_to_file",
    "deposit",
    "deposits_of",
    "format_watch",
    "health",
    "history_of",
    "live_roots",
    "reach_of",
    "register",
    "register_named",
    "register_rows",
    "registers_of",
    "state_of",
    "under_way",
]
