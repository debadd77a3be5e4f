"""Every write of the directory."""

from parvis.directory.commands.communes import ImportReport, import_communes
from parvis.directory.commands.memberships import add_member, end_membership, reinstate_member, suspend_member
from parvis.directory.commands.organisations import register_organisation, update_organisation
from parvis.directory.commands.units import add_unit, close_unit, move_unit, rename_unit

__all__ = [
    "ImportReport",
    "add_member",
    "add_unit",
    "close_unit",
    "end_membership",
    "import_communes",
    "move_unit",
    "register_organisation",
    "reinstate_member",
    "rename_unit",
    "suspend_member",
    "update_organisation",
]
