"""The public page of verification: anyone drops a file, and reads a verdict in plain words."""

import ast
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree

from parvis.core.clock import now
from parvis.signing import installation
from parvis.signing.enums import Form
from parvis.signing.saying import MEANINGS
from parvis.signing.validation.commands_for import commands
from parvis.signing.validation.report import VR, build
from parvis.signing.validation.verdicts import Kind, Sub
from tests.support.judging import XML, container, judged, signed
from tests.support.officers import pdf, trust


@pytest.fixture(autouse=True)
def same_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "trust", trust)
    monkeypatch.setattr(installation, "timestamp_trust", trust)


def sent(client: Client, data: bytes, content: bytes = b"", **more: str) -> Any:
    files: dict[str, Any] = {"signed": SimpleUploadedFile("acte.pdf", data)} | more
    if content:
        files["document"] = SimpleUploadedFile("document", content)
    return client.post("/verifier/", files)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_good_bad_and_undecided(client: Client) -> None:
    good = sent(client, signed())
    assert good.status_code == 200
    assert "Signature valable" in text(good)
    assert "Claire Officier" in text(good)
    assert "pdfsig acte.pdf" in text(good)
    assert "Signature non valable" in text(sent(client, pdf()))
    assert "Joignez aussi ce fichier" in text(sent(client, signed(Form.CADES)))
    assert "Signature valable" in text(sent(client, signed(Form.CADES), XML))
    assert client.post("/verifier/", {}).status_code == 422


def test_the_report_for_machines(client: Client) -> None:
    answer = sent(client, signed(), format="xml")
    assert answer["Content-Type"] == "application/xml"
    root = etree.fromstring(answer.content)
    assert root.findtext(f".//{VR}MainIndication") == "urn:etsi:019102:mainindication:total-passed"
    broken = etree.fromstring(sent(client, pdf(), format="xml").content)
    assert broken.findtext(f".//{VR}SubIndication") == "urn:etsi:019102:subindication:FORMAT_FAILURE"


def test_every_conclusion_is_said_in_words() -> None:
    assert set(MEANINGS) == {None, *Sub}
    assert all(commands(kind, "a b.pdf") for kind in Kind if kind is not Kind.UNKNOWN)
    assert commands(Kind.PDF, "a b; rm -rf.pdf")[0] == "pdfsig 'a b; rm -rf.pdf'"


def _etsi_types() -> dict[str, list[tuple[str, str, bool, str]]]:
    """The types of TS 119 102-2 as pyHanko generated them from ETSI's schema: (name, namespace, required, type)."""
    found = importlib.util.find_spec("pyhanko")
    assert found is not None
    (place,) = found.submodule_search_locations or [""]
    source = Path(place) / "generated/etsi/ts_11910202.py"
    types: dict[str, list[tuple[str, str, bool, str]]] = {}
    for node in ast.parse(source.read_text()).body:
        if not isinstance(node, ast.ClassDef):
            continue
        fields = []
        for one in node.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.value, ast.Call) and isinstance(one.target, ast.Name):
                said: dict[str, Any] = next(
                    (ast.literal_eval(k.value) for k in one.value.keywords if k.arg == "metadata"), {}
                )
                if said.get("type") == "Element":
                    needed = bool(said.get("required") or said.get("min_occurs"))
                    name = said.get("name", one.target.id)
                    fields.append((name, said["namespace"], needed, ast.unparse(one.annotation)))
        types[node.name] = fields
    return types


def _check(node: Any, kind: str, types: dict[str, list[tuple[str, str, bool, str]]]) -> None:
    expected = types[kind]
    order = [f"{{{space}}}{name}" for name, space, _, _ in expected]
    tags = [child.tag for child in node]
    assert set(tags) <= set(order), (kind, tags)
    assert tags == sorted(tags, key=order.index), (kind, tags)
    for (name, space, needed, annotation), tag in zip(expected, order, strict=True):
        inner = re.search(r"(\w+Type|POEType)", annotation)
        children = node.findall(tag)
        alternatives = kind == "ValidationObjectRepresentationType"
        # pyHanko's binding says "required" of choices as well; a union with None and no children is one.
        assert children or not needed or alternatives, (kind, name, space)
        for child in children:
            if inner and inner[1] in types:
                _check(child, inner[1], types)


def test_the_report_follows_the_schema_of_etsi() -> None:
    types = _etsi_types()
    for data, content in (
        (signed(), None),
        (pdf(), None),
        (signed(Form.CADES), XML),
        (signed(Form.XADES, dated=False), None),
        (container({"a.txt": b"a"}), None),
        (b"junk", None),
    ):
        root = etree.fromstring(build(judged(data, content, at=now())))
        assert root.tag == f"{VR}ValidationReport"
        _check(root, "ValidationReportType", types)
