"""Hardened XML: the only way XML from outside is parsed in Parvis."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lxml import etree

from parvis.core.errors import DomainError

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 64


class XmlRefusedError(DomainError):
    """The XML is hostile, malformed, or does not follow its schema."""


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """Return the root of a document from outside.

    Entities, DTDs, network access and huge trees are refused: XML bombs (billion laughs, quadratic blow-up) and
    external entities (XXE) end here. Raise XmlRefusedError.
    """
    if len(data) > max_bytes:
        raise XmlRefusedError("xml_too_large", "Ce fichier XML est trop volumineux.")
    _refuse_declarations(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefusedError(
            "xml_malformed", "Ce fichier n’est pas un XML bien formé : %(error)s", params={"error": error}
        ) from error
    if _deeper_than(root, MAX_DEPTH):
        raise XmlRefusedError("xml_too_deep", "Ce fichier XML est trop imbriqué.")
    return root


def scan(chunks: Iterable[bytes]) -> None:
    """Refuse the declarations that make a bomb, in a document too large to be parsed in memory."""
    tail = b""
    for place, chunk in enumerate(chunks):
        _refuse_declarations(tail + chunk, at_start=place == 0)
        tail = chunk[-16:]  # a declaration may stand across two chunks


def _refuse_declarations(data: bytes, *, at_start: bool = True) -> None:
    # Refused before parsing: no payload we exchange has a DTD, and a bomb must not even be expanded.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or (at_start and _declares_wide_encoding(data)):
        raise XmlRefusedError(
            "xml_forbidden", "Ce fichier XML contient une déclaration interdite (DOCTYPE, ENTITY ou encodage)."
        )


def schema(path: Path) -> etree.XMLSchema:
    """Load one of our own schemas."""
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True, load_dtd=False)))


def validate(root: etree._Element, against: etree.XMLSchema) -> None:
    """Raise XmlRefusedError with every defect, one problem each, when the document does not follow the schema."""
    if against.validate(root):
        return
    log: list[Any] = list(against.error_log)  # type: ignore[call-overload] # the stubs forget that it is iterable
    lines = [f"ligne {entry.line} : {entry.message}" for entry in log[:20]]
    raise XmlRefusedError(
        "xml_invalid", "Ce XML ne suit pas son schéma. %(lines)s", params={"lines": " ; ".join(lines)}
    )


def _declares_wide_encoding(data: bytes) -> bool:
    # In UTF-16 or UTF-32 the byte search above would miss a DOCTYPE.
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:64]


def _deeper_than(root: etree._Element, limit: int) -> bool:
    level = [root]
    for _ in range(limit):
        level = [child for node in level for child in node]
        if not level:
            return False
    return True
