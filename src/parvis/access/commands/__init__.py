"""Every write of the access context."""

from parvis.access.commands.authority import Holder, Wanted
from parvis.access.commands.granting import approve, give, grant, renew, revoke
from parvis.access.commands.places import (
    add_member,
    add_unit,
    close_unit,
    end_membership,
    move_unit,
    reinstate_member,
    rename_unit,
    suspend_member,
)

__all__ = [
    "Holder",
    "Wanted",
    "add_member",
    "add_unit",
    "approve",
    "close_unit",
    "end_membership",
    "give",
    "grant",
    "move_unit",
    "reinstate_member",
    "rename_unit",
    "renew",
    "revoke",
    "suspend_member",
]
