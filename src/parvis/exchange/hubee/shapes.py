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

# Wider than the protocol's own pattern, which refused "+" and long top-level domains.
MAIL = {"format": "email"}
FREQUENCIES = ("Aucune", "unitaire", "quotidienne", "biquotidienne")
SUBSCRIPTION = record(
    ("datapassId", "processCode", "subscriber", "notificationFrequency", "localAdministrator"),
    datapassId={"type": "integer", "minimum": 0},
    processCode=text(30),
    subscriber=IDENTIFIER,
    accessMode=optional(7, enum=("PORTAIL", "API")),
    notificationFrequency=text(20, enum=FREQUENCIES),
    delegationActor=record(("email",), email=optional(320, **MAIL)) | {"nullable": True},
    rejectionReason=optional(1000),
    status=optional(20, enum=("Actif", "Inactif", "Refusé", "Suspendu")),
    email=optional(320, **MAIL),
    localAdministrator=record(
        ("email",),
        email=text(320, **MAIL),
        firstName=optional(255),
        lastName=optional(255),
        function=optional(255),
        phoneNumber=optional(20, pattern=r"\+?[0-9]{10,20}"),
        mobileNumber=optional(20, pattern=r"\+?[0-9]{10,20}"),
    ),
)
ORGANIZATION = record(
    ("type", "companyRegister", "branchCode", "name", "postalCode", "territory", "status"),
    type=text(20, enum=("OSL", "SI")),
    companyRegister=text(14, pattern=SIRET),
    branchCode=text(10, pattern=r"[0-9A-Za-z_-]{1,10}"),
    name=text(100, minLength=1),
    postalCode=text(100),
    territory=text(255),
    email=optional(320, **MAIL),
    status=text(20, enum=("Actif", "Inactif")),
)
DAYS = {"type": "integer", "minimum": 0, "nullable": True}
PROCESS = record(
    ("code", "name", "isActivated", "attachmentFormatsEnabled", "attachmentTypesEnabled", "attachmentMaxSizeEnabled"),
    code=text(30, minLength=1, pattern=r"[0-9A-Za-z_-]{1,30}"),
    name=text(100, minLength=1),
    description=optional(1000),
    isActivated={"type": "boolean"},
    osl=IDENTIFIER | {"nullable": True},
    attachmentFormatsEnabled={"type": "array", "minItems": 1, "maxItems": 50, "items": text(100)},
    siAttachmentFormatsEnabled={"type": "array", "maxItems": 50, "items": text(100), "nullable": True},
    attachmentTypesEnabled={"type": "array", "minItems": 1, "maxItems": 100, "items": text(100)},
    attachmentMaxSizeEnabled={"type": "integer", "minimum": 1},
    statusBeforeFileDeletion=optional(15),
    timeBeforeFileDeletion=DAYS,
    timeBeforeArchiving=DAYS,
    timeBeforeFolderDeletion=DAYS,
    messageToTransmitter={"type": "boolean", "nullable": True},
    messageWithStatus={"type": "boolean", "nullable": True},
    authorizedAwaiting={"type": "boolean", "nullable": True},
    subscriptionValidation=optional(10, enum=("Auto", "Manual")),
    legalJustification=optional(1000),
)
