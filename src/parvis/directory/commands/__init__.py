"""Every write of the directory."""

from parvis.directory.commands.communes import ImportReport, import_communes
from parvis.directory.commands.memberships import add_member, end_membership
from parvis.directory.commands.organisations import add_unit, move_unit, register_organisation, update_organisation

__all__ = [
    "ImportReport",
    "add_member",
    "add_unit",
    "end_membership",
    "import_communes",
    "move_unit",
    "register_organisation",
    "update_organisation",
]
