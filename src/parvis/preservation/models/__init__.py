"""Tables of the preservation context."""

from parvis.preservation.models.deposits import Deposit, DepositMove
from parvis.preservation.models.objects import Damage, FixityRun, Link, StoredObject
from parvis.preservation.models.registers import Entry, Intake, Jurisdiction, Register

__all__ = [
    "Damage",
    "Deposit",
    "DepositMove",
    "Entry",
    "FixityRun",
    "Intake",
    "Jurisdiction",
    "Link",
    "Register",
    "StoredObject",
]
