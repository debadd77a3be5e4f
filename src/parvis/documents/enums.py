"""Words of the documents context."""

from enum import StrEnum


class Mime(StrEnum):
    """Formats that Parvis recognises by their content, never by their name."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    XML = "application/xml"
    OTHER = "application/octet-stream"


LABELS: dict[str, str] = {Mime.PDF: "PDF", Mime.PNG: "PNG", Mime.JPEG: "JPEG", Mime.XML: "XML"}
