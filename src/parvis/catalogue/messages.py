"""XML messages that travel in folders: our schema of each type, and which are signed by their author."""

from functools import cache
from pathlib import Path

from lxml import etree

from parvis.core import xml

_SCHEMAS = Path(__file__).with_name("schemas")
# One envelope for every file on the RSA that the family and farmers' offices send.
_RSA = (
    "RSABEI-RSABAI",
    "RSABEM-RSABAM",
    "RSABEX-RSABAX",
    "RSAFIM",
    "RSAFIX",
    "RSACTM",
    "IRSACG-IRSDCG",
    "MSABEI",
    "MSABEM",
    "MSABEX",
    "MSAFIM",
)
_FILES = {
    "10870-XML": "10870-XML",
    "ActeEtatCivil-XML": "ActeEtatCivil-XML",
    "flux-pacs": "flux-pacs",
    "DD_Certificatdedeces": "DD_Certificatdedeces",
    "VA_CertificatdeDeces": "VA_CertificatdeDeces",
    **dict.fromkeys(_RSA, "rsa"),
}


def message_types() -> frozenset[str]:
    """Return the types of XML messages for which we have a schema. Those whose schema nobody publishes are not here."""
    return frozenset(_FILES)


@cache
def message_schema(type_code: str) -> etree.XMLSchema:
    """Return our schema of a message type. Raise KeyError when we have none."""
    return xml.schema(_SCHEMAS / f"{_FILES[type_code]}.xsd")


def signed_types() -> frozenset[str]:
    """Return the types that their author signs: the doctor's part of a death certificate (CGCT, article R2213-1-2)."""
    return frozenset({"VA_CertificatdeDeces"})
