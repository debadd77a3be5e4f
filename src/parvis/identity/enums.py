"""Words of the identity context."""

from enum import StrEnum


class Scope(StrEnum):
    """Role a machine asks for in its token, as HubEE names them."""

    OSL = "OSL"
    SI = "SI"
    ADMIN = "ADMIN"
