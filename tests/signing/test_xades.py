"""XAdES, held to xmlsec1 and signxml; our own strict reader accepts what we write."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from signxml.algorithms import SignatureMethod
from signxml.verifier import SignatureConfiguration
from signxml.xades.xades import XAdESVerifier

from parvis.core import xml, xmlsig
from parvis.signing.formats import xades
from parvis.signing.formats.prepared import ChangedDocumentError, load
from parvis.signing.formats.xades import XmlDetails, XmlPolicy
from parvis.signing.keys.authority import KeyKind
from tests.signing.test_cades import SCHEMES
from tests.support.officers import officer, pem, pki, run

AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PLAIN = "<PES_Aller Id='p1'><Montant devise='EUR'>12,50 &amp; €</Montant></PES_Aller>".encode()
DOCUMENTS = {
    "plain": PLAIN,
    "namespaces": b'<a:r xmlns:a="urn:a" xmlns="urn:d" xmlns:ds="urn:not-ds" a:k="1"><x/><a:y>t</a:y></a:r>',
    "language": b'<?xml-stylesheet href="x"?><r xml:lang="fr" xml:space="preserve"> <x xml:lang="en"/> </r><!-- c -->',
    "comments": b"<r><!-- inside --><x>1</x><?pi data?></r>",
    "latin": "<?xml version='1.0' encoding='ISO-8859-1'?><r>é</r>".encode("latin-1"),
}
POLICY = XmlPolicy(
    "urn:oid:1.2.250.1.131.1.5.18.21.1.4", "Politique d’essai", hashlib.sha256(b"policy").digest(), "https://p.example/"
)


def sign(document: bytes, kind: KeyKind = KeyKind.P256, digest: str = "sha256", **more: bool | XmlDetails) -> bytes:
    template, key = officer(kind, digest, pss=bool(more.get("pss")))
    details = more.get("details")
    prepared = xades.prepare(document, template, at=AT, details=details if isinstance(details, XmlDetails) else None)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    return xades.complete(document, load(prepared.dump()), template, signature)


def xmlsec(folder: Path, signed: bytes, *more: str) -> str:
    (folder / "s.xml").write_bytes(signed)
    (folder / "root.pem").write_bytes(pem(pki().root.certificate))
    return run("xmlsec1", "--verify", "--trusted-pem", "root.pem", *more, "s.xml", cwd=folder)


@pytest.mark.parametrize(("kind", "digest"), [(kind, digest) for kind, digest, pss in SCHEMES if not pss])
def test_xmlsec1_accepts_every_scheme_it_knows(tmp_path: Path, kind: KeyKind, digest: str) -> None:
    """Debian 12's xmlsec1 has no RSA-PSS: signxml checks it below."""
    assert "OK" in xmlsec(tmp_path, sign(PLAIN, kind, digest))


@pytest.mark.parametrize(("kind", "digest", "pss"), SCHEMES)
def test_signxml_accepts_every_scheme(tmp_path: Path, kind: KeyKind, digest: str, pss: bool) -> None:  # noqa: FBT001
    signed = sign(PLAIN, kind, digest, pss=pss)
    config = SignatureConfiguration(expect_references=2, signature_methods=frozenset(SignatureMethod))
    (tmp_path / "root.pem").write_bytes(pem(pki().root.certificate, pki().issuing.certificate))
    found = XAdESVerifier().verify(signed, ca_pem_file=str(tmp_path / "root.pem"), expect_config=config)
    assert len(found) == 2


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_every_shape_of_document(tmp_path: Path, name: str) -> None:
    signed = sign(DOCUMENTS[name])
    assert "OK" in xmlsec(tmp_path, signed)
    if name != "language":  # our reader of incoming messages refuses xml:* attributes
        assert xmlsig.verify(xml.parse(signed)) is not None


def test_any_change_is_seen_by_xmlsec1(tmp_path: Path) -> None:
    signed = sign(PLAIN)
    with pytest.raises(AssertionError):
        xmlsec(tmp_path, signed.replace(b"12,50", b"99,50"))
    with pytest.raises(AssertionError):
        xmlsec(tmp_path, signed.replace(b"2026-03-01T", b"2026-03-02T"))


def test_the_root_named_by_its_id_and_the_policy_of_pes(tmp_path: Path) -> None:
    signed = sign(PLAIN, details=XmlDetails(POLICY, role="Ordonnateur", city="Rennes", reference="p1"))
    assert "OK" in xmlsec(tmp_path, signed, "--id-attr:Id", "PES_Aller")
    root = etree.fromstring(signed)
    assert POLICY.identifier in "".join(map(str, root.itertext()))
    assert b'URI="#p1"' in signed
    with pytest.raises(ValueError, match="another Id"):
        sign(PLAIN, details=XmlDetails(reference="p2"))


def test_detached(tmp_path: Path) -> None:
    template, key = officer()
    (tmp_path / "acte.pdf").write_bytes(b"any bytes")
    prepared = xades.prepare_detached(b"any bytes", "acte.pdf", template, at=AT)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    made = xades.complete(b"any bytes", load(prepared.dump()), template, signature)
    assert "OK" in xmlsec(tmp_path, made)
    (tmp_path / "acte.pdf").write_bytes(b"other bytes")
    with pytest.raises(AssertionError):
        xmlsec(tmp_path, made)


def test_another_document_is_refused() -> None:
    template, key = officer()
    prepared = xades.prepare(PLAIN, template, at=AT)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    with pytest.raises(ChangedDocumentError):
        xades.complete(PLAIN.replace(b"12", b"13"), prepared, template, signature)


def test_a_bomb_is_refused() -> None:
    template, _ = officer()
    with pytest.raises(xml.XmlRefusedError):
        xades.prepare(b"<!DOCTYPE r [<!ENTITY a 'a'>]><r>&a;</r>", template, at=AT)
