"""What clients may send. Fields that the protocol calls read-only are not named here: they are ignored on input."""

from typing import Any


def text(longest: int, **more: Any) -> dict[str, Any]:
    """A string of at most so many characters."""
    return {"type": "string", "maxLength": longest, **more}


def optional(longest: int, **more: Any) -> dict[str, Any]:
    """The same, or null."""
    return text(longest, nullable=True, **more)


def record(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """An object."""
    return {"type": "object", "required": list(required), "properties": properties}


SIRET = r"[0-9]{14}"
IDENTIFIER = record(
    ("type", "companyRegister", "branchCode"),
    type=text(20, enum=("OSL", "SI", "ADMIN", "ADM_NAT")),
    companyRegister=text(14, pattern=SIRET),
    branchCode=text(10, pattern=r"[0-9A-Za-z_-]{1,10}"),
)
APPLICANT = record(
    ("firstName", "lastName"), firstName=text(255), lastName=text(255), email=optional(320, format="email")
)
ATTACHMENT_FIELDS: dict[str, Any] = {
    "fileName": text(255, minLength=1),
    "type": text(100),
    "size": {"type": "integer", "minimum": 0},
    "mimeType": text(255),
}
ATTACHMENT_REQUIRED = ("fileName", "type", "size", "mimeType")
ATTACHMENT = record(ATTACHMENT_REQUIRED, **ATTACHMENT_FIELDS)
FOLDER = record(
    ("processCode", "applicant", "externalId", "cases", "attachments"),
    processCode=text(30),
    applicant=APPLICANT,
    externalId=text(30, minLength=1),
    cases={
        "type": "array",
        "minItems": 1,
        "maxItems": 50,
        "items": record(
            ("recipient", "externalId"),
            recipient=IDENTIFIER,
            externalId=text(100, minLength=1),
            partnerAttributes=optional(1024),
        ),
    },
    attachments={
        "type": "array",
        "minItems": 1,
        "maxItems": 200,
        "items": record(
            (*ATTACHMENT_REQUIRED, "recipients"),
            **ATTACHMENT_FIELDS,
            recipients={"type": "array", "minItems": 1, "maxItems": 50, "items": text(100)},
        ),
    },
)
FOLDER_PATCH = record(
    ("globalStatus",), globalStatus=text(50), closeDateTime={"type": "string", "format": "date-time", "nullable": True}
)
CASE_PATCH = record(("status",), status=text(50))
EVENT = record(
    ("actionType",),
    actionType=text(100),
    author=optional(255),
    notification={"type": "boolean", "nullable": True},
    message=optional(1000),
    comment=optional(1000),
    caseCurrentStatus=optional(15),
    caseNewStatus=optional(15),
    partnerAttributes=optional(1024),
    attachments={"type": "array", "maxItems": 50, "items": ATTACHMENT, "nullable": True},
)
EVENT_PATCH = record(("status",), status=text(12))
MIGRATION = record(
    ("organizationSource", "organizationTarget"), organizationSource=IDENTIFIER, organizationTarget=IDENTIFIER
)
PURGED = {
    "type": "array",
    "maxItems": 10_000,
    "items": record(
        ("folder_attachment_id", "case_id"),
        folder_attachment_id=text(36, format="uuid"),
        case_id=text(36, format="uuid"),
    ),
}
