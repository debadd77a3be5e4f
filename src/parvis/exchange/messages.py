"""XML on its way through the hub: hostile, malformed or senseless messages stop here, and signatures are looked at.

The town's software integrates a message with no one looking: this is the last place where it can be stopped.
"""

from datetime import datetime

from django.conf import settings
from lxml import etree

from parvis.catalogue import queries as catalogue
from parvis.core import certificates, xml, xmlsig
from parvis.core.clock import now
from parvis.exchange.enums import SignatureVerdict

# A tree takes some ten times the size of its file.
MAX_TREE_BYTES = 20 * 1024 * 1024


def check(kind: str, content: bytes) -> str:
    """Check a message and return what is to be said of its signature, "" for a type that nobody signs.

    Raise XmlRefusedError when it is hostile or malformed, or does not follow our schema where we have one. A signature
    that does not hold is said, not refused: a death must be recorded even when a certificate was altered on its way,
    and it is the town that decides. (The reference sample of the platform that Parvis replaces does not hold either.)
    """
    root = xml.parse(content, max_bytes=MAX_TREE_BYTES)
    if kind in catalogue.message_types():
        xml.validate(root, catalogue.message_schema(kind))
    return verdict(root) if kind in catalogue.signed_types() else ""


def verdict(root: etree._Element) -> SignatureVerdict:
    """Tell whether a document is as its author signed it, and whether we recognise who signed."""
    try:
        found = xmlsig.verify(root)
    except xmlsig.BrokenSignatureError:
        return SignatureVerdict.BROKEN
    if found is None:
        return SignatureVerdict.ABSENT
    recognised = certificates.comes_from(
        certificates.anchors(settings.SIGNERS_FILE), found.certificate, found.others, _moment(found)
    )
    return SignatureVerdict.RECOGNISED if recognised else SignatureVerdict.INTACT


def _moment(found: xmlsig.XmlSignature) -> datetime:
    # No timestamp proves it: a date in the future is a clock that lies, and the present decides.
    present = now()
    said = found.said_at
    return said if said and said.tzinfo and said <= present else present
