"""Signatures made by two independent programs (signxml, xmlsec1), then altered in every way we could think of."""

import base64
import subprocess
from pathlib import Path
from shutil import which

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.xades.xades import XAdESSigner

from parvis.core import xml, xmlsig
from tests.support import pki

DOCUMENT = b"<Certificat xmlns:k='urn:k'><Nom k:a='1'>MARTIN</Nom>\n  <Date>2026-01-02</Date>\n</Certificat>"
METHODS: dict[str, tuple[SignatureMethod, pki.Key]] = {
    "rsa": (SignatureMethod.RSA_SHA256, pki.rsa_key()),
    "p256": (SignatureMethod.ECDSA_SHA256, ec.generate_private_key(ec.SECP256R1())),
    "p384": (SignatureMethod.ECDSA_SHA384, ec.generate_private_key(ec.SECP384R1())),
}
CA = pki.authority()


def signed(kind: str = "p256", document: bytes = DOCUMENT) -> bytes:
    method, key = METHODS[kind]
    who = pki.signer(CA, key=key)
    tool = XAdESSigner(
        signature_algorithm=method, c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1, digest_algorithm="sha256"
    )
    return bytes(etree.tostring(tool.sign(etree.fromstring(document), key=who.key_pem, cert=[who.certificate])))


def holds(content: bytes) -> bool:
    try:
        return xmlsig.verify(xml.parse(content)) is not None
    except (xmlsig.BrokenSignatureError, xml.XmlRefusedError):
        return False


@pytest.mark.parametrize("kind", METHODS)
def test_a_signature_made_by_another_program_holds(kind: str) -> None:
    found = xmlsig.verify(xml.parse(signed(kind)))
    assert found is not None
    assert found.certificate.issuer == CA.certificate.subject
    assert found.said_at is not None


def test_a_document_without_signature_has_none() -> None:
    assert xmlsig.verify(xml.parse(DOCUMENT)) is None


@pytest.mark.parametrize(
    ("former", "present"),
    [
        (b"MARTIN", b"MARTIM"),
        (b"\n  <Date>", b"\n <Date>"),
        (b'k:a="1"', b'k:a="2"'),
        (b"</Nom>", b"</Nom><Ajout/>"),
        (b":SigningTime>20", b":SigningTime>21"),
        (b"enveloped-signature", b"base64"),
        (b"2001/04/xmldsig-more#ecdsa-sha256", b"2001/04/xmldsig-more#hmac-sha256"),
        (b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1"),
    ],
)
def test_an_altered_document_does_not_hold(former: bytes, present: bytes) -> None:
    whole = signed()
    altered = whole.replace(former, present)
    assert altered != whole
    with pytest.raises(xmlsig.BrokenSignatureError):
        xmlsig.verify(xml.parse(altered))


def test_each_flipped_letter_of_the_signature_is_seen() -> None:
    whole = signed()
    start, end = whole.index(b"<ds:SignedInfo"), whole.index(b"</ds:SignatureValue>")
    for place in range(start, end, 7):
        letter = whole[place : place + 1]
        if not letter.isalnum():
            continue
        altered = whole[:place] + (b"B" if letter == b"A" else b"A") + whole[place + 1 :]
        assert not holds(altered), place


def test_a_signature_moved_around_another_document_does_not_hold() -> None:
    whole = etree.fromstring(signed())
    signature = whole.find(f"{xmlsig.DS}Signature")
    assert signature is not None
    other = etree.fromstring(DOCUMENT.replace(b"MARTIN", b"DUBOIS"))
    other.append(signature)
    wrapper = etree.fromstring(signed())
    inner = etree.SubElement(wrapper, "Ancien")
    inner.append(etree.fromstring(signed()))
    for root in (other, wrapper):
        with pytest.raises(xmlsig.BrokenSignatureError):
            xmlsig.verify(root)


def test_another_certificate_cannot_take_the_signers_place() -> None:
    whole = signed("p256")
    thief = pki.signer(CA, "Voleur")
    body = "".join(thief.pem.splitlines()[1:-1]).encode()
    start = whole.index(b"X509Certificate>") + len(b"X509Certificate>")
    end = whole.index(b"</ds:X509Certificate>")
    with pytest.raises(xmlsig.BrokenSignatureError):
        xmlsig.verify(xml.parse(whole[:start] + body + whole[end:]))


def test_a_weak_key_is_refused() -> None:
    method = SignatureMethod.RSA_SHA256
    who = pki.signer(CA, key=rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 - weak on purpose
    tool = XAdESSigner(signature_algorithm=method, c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1)
    document = tool.sign(etree.fromstring(DOCUMENT), key=who.key_pem, cert=[who.certificate])
    with pytest.raises(xmlsig.BrokenSignatureError):
        xmlsig.verify(xml.parse(bytes(etree.tostring(document))))


TEMPLATE = """<Certificat><Nom>MARTIN</Nom><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2006/12/xml-c14n11"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">
<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#p"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{pem}</ds:X509Certificate></ds:X509Data>
</ds:KeyInfo><ds:Object><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#"><x:SignedProperties Id="p">
<x:SignedSignatureProperties><x:SigningTime>2026-01-02T10:00:00Z</x:SigningTime><x:SigningCertificate><x:Cert>
<x:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>{digest}</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificate></x:SignedSignatureProperties>
</x:SignedProperties></x:QualifyingProperties></ds:Object></ds:Signature></Certificat>"""


@pytest.mark.skipif(not which("xmlsec1"), reason="xmlsec1 is not installed")
def test_the_form_of_death_certificates_signed_by_xmlsec_holds(tmp_path: Path) -> None:
    who = pki.signer(CA, key=METHODS["rsa"][1])
    digest = base64.b64encode(who.certificate.fingerprint(hashes.SHA256())).decode()
    template, key, out = tmp_path / "template.xml", tmp_path / "key.pem", tmp_path / "out.xml"
    template.write_text(TEMPLATE.format(pem="".join(who.pem.splitlines()[1:-1]), digest=digest))
    key.write_bytes(who.key_pem)
    subprocess.run(
        [
            which("xmlsec1") or "xmlsec1",
            "--sign",
            "--privkey-pem",
            key,
            "--id-attr:Id",
            "SignedProperties",
            "--output",
            out,
            template,
        ],
        check=True,
        capture_output=True,
    )
    assert xmlsig.verify(xml.parse(out.read_bytes())) is not None
    with pytest.raises(xmlsig.BrokenSignatureError):
        xmlsig.verify(xml.parse(out.read_bytes().replace(b"MARTIN", b"MARTEL")))
