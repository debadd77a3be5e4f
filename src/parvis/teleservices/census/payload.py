"""The `10870-XML` message: what the town's software receives of a recensement citoyen.

The names and their order are those of the message that HubEE carries (specification hubee-v1 §3.1, no schema was
ever published); the schema, in the catalogue, is ours. `parse` and `emit` are each other's inverse.
"""

from dataclasses import dataclass, field

from lxml import etree

from parvis.catalogue.queries import message_schema
from parvis.core import xml

SCHEMA = message_schema("10870-XML")
ROOT = "RecensementCitoyen"


@dataclass(frozen=True, slots=True)
class Formality:
    """Head of the request. ``reasons`` holds RECENSEMENT, then an empty code that the message repeats."""

    identifier: str = ""
    kind: str = "DECL"
    submitted_at: str = ""  # xs:dateTime
    reasons: tuple[str, ...] = ("RECENSEMENT", "")
    mode: str = "AJOUT"


@dataclass(frozen=True, slots=True)
class Birth:
    """Date (dd/MM/yyyy), country (ISO 3166 alpha-3), nationality, INSEE code, and place: commune name, postcode."""

    date: str = ""
    country: str = ""
    nationality: str = ""
    insee: str = ""
    commune: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Parent:
    """Father or mother, as far as known; every value may be empty."""

    family_name: str = ""
    first_name: str = ""
    other_names: str = ""
    birth: Birth = field(default_factory=Birth)


@dataclass(frozen=True, slots=True)
class Address:
    """A French address. ``insee`` is None for the residence: the message has no such element there."""

    delivery_point: str = ""
    complement: str = ""
    number: str = ""
    extension: str = ""
    street_type: str = ""
    street: str = ""
    locality: str = ""
    postcode: str = ""
    town: str = ""
    insee: str | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Family situation; counts as digits."""

    marital_status: str = ""
    children: str = ""
    ward: str = ""
    siblings: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach the person: channel EMAIL or TEL."""

    uri: str
    channel: str


@dataclass(frozen=True, slots=True)
class Census:
    """The whole message."""

    formality: Formality
    title: str  # M or MME
    sex: str  # 1 or 2
    family_name: str
    used_name: str
    first_name: str
    other_names: str
    birth: Birth
    home: Address
    residence: Address
    family: Family
    contacts: tuple[Contact, ...]
    father: Parent
    mother: Parent
    agreement: str = ""


_BIRTH = (
    ("DateNaissance", "date"),
    ("PaysNaissance", "country"),
    ("Nationalite", "nationality"),
    ("CodeINSEENaissance", "insee"),
)
_ADDRESS = (
    ("PointDeRemise", "delivery_point"),
    ("Complement", "complement"),
    ("NumeroVoie", "number"),
    ("Extension", "extension"),
    ("TypeVoie", "street_type"),
    ("NomVoie", "street"),
    ("LieuDit", "locality"),
    ("CodePostal", "postcode"),
    ("Localite", "town"),
)
_FAMILY = (
    ("SituationMatrimoniale", "marital_status"),
    ("NombreEnfants", "children"),
    ("Pupille", "ward"),
    ("NombreFrereSoeur", "siblings"),
)
_PERSON = (
    ("Civilite", "title"),
    ("Sexe", "sex"),
    ("NomFamille", "family_name"),
    ("NomUsage", "used_name"),
    ("PrenomUsuel", "first_name"),
    ("Prenom", "other_names"),
)
_PARENT = (("NomFamille", "family_name"), ("PrenomUsuel", "first_name"), ("Prenom", "other_names"))


def emit(census: Census) -> bytes:
    """Return the message in UTF-8. Raise XmlRefusedError if it would not follow the schema: a bug of ours."""
    root = etree.Element(ROOT)
    _leaf(root, "Convention", census.agreement)
    head = etree.SubElement(root, "Formalite")
    _leaf(head, "Identifiant", census.formality.identifier)
    _leaf(head, "FormaliteType", census.formality.kind)
    _leaf(head, "DateSoumission", census.formality.submitted_at)
    for reason in census.formality.reasons:
        _leaf(head, "FormaliteMotifCode", reason)
    _leaf(head, "FormaliteModeCode", census.formality.mode)
    _emit_person(etree.SubElement(root, "Personne"), census)
    for name, parent in (("FiliationPere", census.father), ("FiliationMere", census.mother)):
        node = etree.SubElement(root, name)
        _leaves(node, parent, _PARENT)
        _emit_birth(node, parent.birth)
    xml.validate(root, SCHEMA)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _emit_person(node: etree._Element, census: Census) -> None:
    _leaves(node, census, _PERSON)
    _emit_birth(node, census.birth)
    for name, address in (("AdresseDomicile", census.home), ("AdresseResidence", census.residence)):
        place = etree.SubElement(node, name)
        _leaves(place, address, _ADDRESS)
        if address.insee is not None:
            _leaf(place, "CodeINSEE", address.insee)
    _leaves(etree.SubElement(node, "SituationFamille"), census.family, _FAMILY)
    for contact in census.contacts:
        method = etree.SubElement(node, "MethodeContact")
        _leaf(method, "URI", contact.uri)
        _leaf(method, "CanalCode", contact.channel)


def _emit_birth(node: etree._Element, birth: Birth) -> None:
    _leaves(node, birth, _BIRTH)
    for code, name in (("COMMUNE", birth.commune), ("AUTRE", birth.other)):
        place = etree.SubElement(node, "LieuNaissance")
        _leaf(place, "Code", code)
        _leaf(place, "Nom", name)


def _leaves(node: etree._Element, source: object, table: tuple[tuple[str, str], ...]) -> None:
    for name, attribute in table:
        _leaf(node, name, getattr(source, attribute))


def _leaf(node: etree._Element, name: str, text: str) -> None:
    etree.SubElement(node, name).text = text or None


def parse(data: bytes) -> Census:
    """Read a message from outside. Raise XmlRefusedError when it is hostile, malformed or not of this schema."""
    root = xml.parse(data)
    xml.validate(root, SCHEMA)
    head, person = root.find("Formalite"), root.find("Personne")
    father, mother = root.find("FiliationPere"), root.find("FiliationMere")
    assert head is not None  # noqa: S101 - the schema has just said so
    assert person is not None  # noqa: S101
    assert father is not None  # noqa: S101
    assert mother is not None  # noqa: S101
    return Census(
        agreement=_text(root, "Convention"),
        formality=Formality(
            identifier=_text(head, "Identifiant"),
            kind=_text(head, "FormaliteType"),
            submitted_at=_text(head, "DateSoumission"),
            reasons=tuple((node.text or "").strip() for node in head.findall("FormaliteMotifCode")),
            mode=_text(head, "FormaliteModeCode"),
        ),
        **_texts(person, _PERSON),
        birth=_parse_birth(person),
        home=_parse_address(person, "AdresseDomicile"),
        residence=_parse_address(person, "AdresseResidence"),
        family=Family(**_texts(person, _FAMILY, "SituationFamille/")),
        contacts=tuple(
            Contact(_text(node, "URI"), _text(node, "CanalCode")) for node in person.findall("MethodeContact")
        ),
        father=Parent(**_texts(father, _PARENT), birth=_parse_birth(father)),
        mother=Parent(**_texts(mother, _PARENT), birth=_parse_birth(mother)),
    )


def _parse_birth(node: etree._Element) -> Birth:
    places = {_text(place, "Code"): _text(place, "Nom") for place in node.findall("LieuNaissance")}
    return Birth(**_texts(node, _BIRTH), commune=places.get("COMMUNE", ""), other=places.get("AUTRE", ""))


def _parse_address(person: etree._Element, name: str) -> Address:
    insee = person.find(f"{name}/CodeINSEE")
    return Address(**_texts(person, _ADDRESS, f"{name}/"), insee=None if insee is None else (insee.text or "").strip())


def _texts(node: etree._Element, table: tuple[tuple[str, str], ...], prefix: str = "") -> dict[str, str]:
    return {attribute: _text(node, prefix + name) for name, attribute in table}


def _text(node: etree._Element, path: str) -> str:
    return (node.findtext(path) or "").strip()
