"""Every write of the access context."""

from parvis.access.commands.authority import Holder, Wanted
from parvis.access.commands.covers import cover_absence, end_cover
from parvis.access.commands.granting import approve, give, grant, renew, revoke
from parvis.access.commands.importing import ImportReport, import_sheet
from parvis.access.commands.mandates import Deed, Line, act_for, give_mandate, revoke_mandate
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
from parvis.access.commands.policies import mark_sensitive, separate
from parvis.access.commands.reviews import confirm, suspend_dormant

__all__ = [
    "Deed",
    "Holder",
    "ImportReport",
    "Line",
    "Wanted",
    "act_for",
    "add_member",
    "add_unit",
    "approve",
    "close_unit",
    "confirm",
    "cover_absence",
    "end_cover",
    "end_membership",
    "give",
    "give_mandate",
    "grant",
    "import_sheet",
    "mark_sensitive",
    "move_unit",
    "reinstate_member",
    "rename_unit",
    "renew",
    "revoke",
    "revoke_mandate",
    "separate",
    "suspend_dormant",
    "suspend_member",
]
