"""Words of the signing context."""

from enum import StrEnum


class Form(StrEnum):
    """The form of a signature. The names are those of the ETSI standards."""

    PADES = "pades"
    CADES = "cades"
    XADES = "xades"
    XADES_DETACHED = "xades-detached"
