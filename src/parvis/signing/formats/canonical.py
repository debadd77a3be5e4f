"""Canonical XML 1.0, inclusive, of a part of a document where it stands (W3C, 2001 §2.4)."""

from copy import deepcopy
from typing import Any

from lxml import etree

INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_XML = "{http://www.w3.org/XML/1998/namespace}"


def of(node: etree._Element) -> bytes:
    """Return the canonical bytes: the namespaces in scope are rendered, and ``xml:*`` attributes above inherited."""
    scope: Any = node.nsmap
    alone = etree.Element(node.tag, {str(key): str(value) for key, value in node.attrib.items()}, nsmap=scope)
    for above in node.iterancestors():
        for key, value in above.attrib.items():
            if str(key).startswith(_XML) and alone.get(key) is None:
                alone.set(key, value)
    alone.text = node.text
    alone.extend(deepcopy(child) for child in node)
    return etree.tostring(alone, method="c14n", exclusive=False, with_comments=False)
