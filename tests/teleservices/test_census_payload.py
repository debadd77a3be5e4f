from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from parvis.core.xml import XmlRefusedError
from parvis.teleservices.census import payload
from parvis.teleservices.census.payload import Address, Birth, Census, Contact, Family, Formality, Parent

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "hubee" / "samples" / "10870-XML.xml"

OURS = Census(
    formality=Formality(identifier="PARV-RCO-0000000000001", submitted_at="2026-11-24T11:42:48"),
    title="MME",
    sex="2",
    family_name="MARTIN",
    used_name="",
    first_name="ÉLISE",
    other_names="JEANNE",
    birth=Birth("12/10/2010", "FRA", "FRA", "06088", "NICE", "06000"),
    home=Address(number="12", extension="BIS", street_type="RUE", street="DES LILAS", postcode="35000", insee="35238"),
    residence=Address(),
    family=Family("Célibataire", "0", "", "2"),
    contacts=(Contact("elise@exemple.example", "EMAIL"), Contact("0612345678", "TEL")),
    father=Parent(),
    mother=Parent("DURAND", "ANNE", "", Birth("01/02/1980", "BEL", "BEL", "", "LIÈGE")),
)


def canonical(data: bytes) -> bytes:
    root = etree.fromstring(data)
    for node in root.iter():
        node.tail = None
        node.text = (node.text or "").strip() or None
    return etree.tostring(root, method="c14n")


def test_our_own_message_comes_back_equal() -> None:
    assert payload.parse(payload.emit(OURS)) == OURS


@pytest.mark.skipif(not SAMPLE.exists(), reason="reference data is not beside the project")
def test_the_reference_sample_round_trips() -> None:
    data = SAMPLE.read_bytes()
    read = payload.parse(data)
    emitted = payload.emit(read)
    assert payload.parse(emitted) == read
    assert canonical(emitted) == canonical(data)


printable = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")))


@given(printable.filter(lambda t: 0 < len(t) <= 255), printable.filter(lambda t: len(t) <= 200))
def test_any_name_travels_unharmed(name: str, street: str) -> None:
    sent = replace(OURS, family_name=name, home=replace(OURS.home, street=street))
    assert payload.parse(payload.emit(sent)) == sent


@pytest.mark.parametrize(
    "broken",
    [
        replace(OURS, sex="3"),
        replace(OURS, family_name=""),
        replace(OURS, birth=replace(OURS.birth, date="2010-10-12")),
        replace(OURS, home=replace(OURS.home, insee="")),
        replace(OURS, home=replace(OURS.home, postcode="3500")),
        replace(OURS, formality=replace(OURS.formality, submitted_at="hier")),
    ],
    ids=["sex", "name", "date", "insee", "postcode", "moment"],
)
def test_a_wrong_message_is_never_emitted(broken: Census) -> None:
    with pytest.raises(XmlRefusedError) as refused:
        payload.emit(broken)
    assert refused.value.code == "xml_invalid"
    assert "ligne" in refused.value.message


BOMB = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><RecensementCitoyen>&b;</RecensementCitoyen>'
EXTERNAL = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><RecensementCitoyen>&x;</RecensementCitoyen>'


@pytest.mark.parametrize(
    ("hostile", "code"),
    [
        (BOMB, "xml_forbidden"),
        (EXTERNAL, "xml_forbidden"),
        (BOMB.decode().encode("utf-16"), "xml_forbidden"),
        (b"<RecensementCitoyen>", "xml_malformed"),
        (b"", "xml_malformed"),
        (b"\xff\xfe\xfd", "xml_forbidden"),
        (b"<a>" * 200 + b"</a>" * 200, "xml_too_deep"),
        (b"<RecensementCitoyen>" + b"x" * (6 * 1024 * 1024) + b"</RecensementCitoyen>", "xml_too_large"),
        (b"<Autre/>", "xml_invalid"),
        (b"<RecensementCitoyen xmlns='urn:x'/>", "xml_invalid"),
    ],
    ids=["bomb", "external", "utf16", "cut", "empty", "noise", "deep", "large", "other", "namespace"],
)
def test_hostile_xml_is_refused_with_a_reason(hostile: bytes, code: str) -> None:
    with pytest.raises(XmlRefusedError) as refused:
        payload.parse(hostile)
    assert refused.value.code == code


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(XmlRefusedError):
        payload.parse(data)


def test_every_element_of_the_message_is_carried() -> None:
    assert {f.name for f in fields(Census)} >= {"agreement", "formality", "birth", "home", "residence", "family"}
