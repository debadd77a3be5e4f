"""Enveloped XML signatures (XAdES) of the messages we receive: does the signature hold, and whose is it?

One strict profile, the one our partners write: a single signature, the whole document, digests SHA-256 or stronger, RSA
or ECDSA. Everything else is refused rather than guessed. Sources: XMLDSig (W3C, 2013), ETSI EN 319 132-1.
"""

import base64
import binascii
import hashlib
import hmac
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
XML = "{http://www.w3.org/XML/1998/namespace}"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
EVERYTHING_ELSE = "not(ancestor-or-self::ds:Signature)"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
# Inclusive and 1.1 differ only by inherited xml:* attributes, which this profile refuses.
CANONICAL = {
    INCLUSIVE: False,
    "http://www.w3.org/2006/12/xml-c14n11": False,
    "http://www.w3.org/2001/10/xml-exc-c14n#": True,
}
_ENC, _MORE = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2001/04/xmldsig-more#"
DIGESTS = {f"{_ENC}sha256": "sha256", f"{_MORE}sha384": "sha384", f"{_ENC}sha512": "sha512"}
# The certificate is named by its digest; its own signature and the chain protect it: SHA-1 is still met there.
CERTIFICATE_DIGESTS = DIGESTS | {"http://www.w3.org/2000/09/xmldsig#sha1": "sha1"}
SIGNATURES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    f"{_MORE}rsa-sha256": ("rsa", hashes.SHA256()),
    f"{_MORE}rsa-sha384": ("rsa", hashes.SHA384()),
    f"{_MORE}rsa-sha512": ("rsa", hashes.SHA512()),
    f"{_MORE}ecdsa-sha256": ("ec", hashes.SHA256()),
    f"{_MORE}ecdsa-sha384": ("ec", hashes.SHA384()),
    f"{_MORE}ecdsa-sha512": ("ec", hashes.SHA512()),
}
MIN_RSA_BITS = 2048


class BrokenSignatureError(Exception):
    """A signature does not hold, or is not of our profile. The message says why, for the journal."""


@dataclass(frozen=True, slots=True)
class XmlSignature:
    """A signature that holds: who signed (certificate, with those sent along) and when they said they did."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    said_at: datetime | None


def verify(root: etree._Element) -> XmlSignature | None:
    """Return the signature of a document, None when it has none. Raise BrokenSignatureError when it does not hold."""
    found = list(root.iter(f"{DS}Signature"))
    if not found:
        return None
    if len(found) > 1 or found[0].getparent() is not root:
        raise BrokenSignatureError("one signature is expected, under the root")
    signature = found[0]
    if any(str(name).startswith(XML) for node in (root, *signature.iter(etree.Element)) for name in node.attrib):
        raise BrokenSignatureError("xml:* attribute")
    try:
        return _verify(root, signature)
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise BrokenSignatureError("unreadable") from error


def _verify(root: etree._Element, signature: etree._Element) -> XmlSignature:
    signed_info = _one(signature, f"{DS}SignedInfo")
    properties = _one(signature, f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties")
    certificates = [
        x509.load_der_x509_certificate(base64.b64decode("".join((node.text or "").split())))
        for node in signature.findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    ]
    if not certificates:
        raise BrokenSignatureError("no certificate")
    references = signed_info.findall(f"{DS}Reference")
    _check_document(root, [one for one in references if one.get("URI") == ""])
    _check_parts(signature, properties, [one for one in references if one.get("URI") != ""])
    signer = _named(properties, certificates)
    _check_value(signature, signed_info, signer)
    said = properties.findtext(f"{XADES}SignedSignatureProperties/{XADES}SigningTime")
    others = tuple(one for one in certificates if one is not signer)
    return XmlSignature(signer, others, datetime.fromisoformat(said) if said else None)


def _check_document(root: etree._Element, references: list[etree._Element]) -> None:
    """The whole document, without the signature, is what was digested."""
    (reference,) = references
    transforms = reference.findall(f"{DS}Transforms/{DS}Transform")
    if not transforms or not _removes_signature(transforms[0]):
        raise BrokenSignatureError("it does not cover the whole document")
    rest = deepcopy(root)
    _remove_keeping_tail(_one(rest, f"{DS}Signature"))
    _check_digest(reference, _canonical(rest, _canonical_form(transforms[1:])))


def _removes_signature(transform: etree._Element) -> bool:
    kind = transform.get("Algorithm")
    if kind == XPATH:
        node = _one(transform, f"{DS}XPath")
        return (node.text or "").strip() == EVERYTHING_ELSE and node.nsmap.get("ds") == DS[1:-1]
    return kind == ENVELOPED


def _remove_keeping_tail(node: etree._Element) -> None:
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        raise BrokenSignatureError("signature without a document")
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)


def _check_parts(signature: etree._Element, properties: etree._Element, references: list[etree._Element]) -> None:
    """What else is digested: the properties of this very signature, and at most its keys, found by their place."""
    keys = _one(signature, f"{DS}KeyInfo")
    here = f"#{properties.get('Id')}"
    parts = {f"#{keys.get('Id')}": keys, here: properties}
    if not any(one.get("Type") == SIGNED_PROPERTIES and one.get("URI") == here for one in references):
        raise BrokenSignatureError("it covers neither its date nor its certificate")
    for reference in references:
        part = parts.pop(reference.get("URI", ""))
        transforms = reference.findall(f"{DS}Transforms/{DS}Transform")
        _check_digest(reference, _canonical(part, _canonical_form(transforms)))


def _canonical_form(transforms: list[etree._Element]) -> str:
    """Return the canonical form asked for: at most one, and nothing else may be done to the content."""
    if not transforms:
        return INCLUSIVE
    (only,) = transforms
    return only.get("Algorithm", "")


def _check_digest(reference: etree._Element, content: bytes) -> None:
    name = DIGESTS[_one(reference, f"{DS}DigestMethod").get("Algorithm", "")]
    said = base64.b64decode(_text(reference, f"{DS}DigestValue"))
    if not hmac.compare_digest(hashlib.new(name, content).digest(), said):
        raise BrokenSignatureError("what was signed has changed")


def _named(properties: etree._Element, certificates: list[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signed properties name: another one cannot take its place."""
    signed = _one(properties, f"{XADES}SignedSignatureProperties")
    for path in ("SigningCertificate", "SigningCertificateV2"):
        digest = signed.find(f"{XADES}{path}/{XADES}Cert/{XADES}CertDigest")
        if digest is None:
            continue
        name = CERTIFICATE_DIGESTS[_one(digest, f"{DS}DigestMethod").get("Algorithm", "")]
        said = base64.b64decode(_text(digest, f"{DS}DigestValue"))
        for one in certificates:
            if hashlib.new(name, one.public_bytes(Encoding.DER)).digest() == said:
                return one
    raise BrokenSignatureError("the certificate is not the one that is named")


def _check_value(signature: etree._Element, signed_info: etree._Element, certificate: x509.Certificate) -> None:
    kind, digest = SIGNATURES[_one(signed_info, f"{DS}SignatureMethod").get("Algorithm", "")]
    content = _canonical(signed_info, _one(signed_info, f"{DS}CanonicalizationMethod").get("Algorithm", ""))
    value = base64.b64decode(_text(signature, f"{DS}SignatureValue"))
    key = certificate.public_key()
    try:
        if kind == "rsa" and isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
            key.verify(value, content, padding.PKCS1v15(), digest)
        elif kind == "ec" and isinstance(key, ec.EllipticCurvePublicKey):
            half = len(value) // 2
            r, s = int.from_bytes(value[:half]), int.from_bytes(value[half:])
            key.verify(utils.encode_dss_signature(r, s), content, ec.ECDSA(digest))
        else:
            raise BrokenSignatureError("weak key, or of another type than announced")
    except InvalidSignature as error:
        raise BrokenSignatureError("it was not made with this certificate's key") from error


def _canonical(node: etree._Element, algorithm: str) -> bytes:
    """Return the canonical bytes of a part of the document, with the namespaces in scope where it stands."""
    exclusive = CANONICAL[algorithm]
    scope: Any = node.nsmap
    alone = etree.Element(node.tag, {str(k): str(v) for k, v in node.attrib.items()}, nsmap=scope)
    alone.text = node.text
    alone.extend(deepcopy(child) for child in node)
    return etree.tostring(alone, method="c14n", exclusive=exclusive, with_comments=False)


def _one(node: etree._Element, path: str) -> etree._Element:
    (found,) = node.findall(path)
    return found


def _text(node: etree._Element, path: str) -> str:
    return "".join((_one(node, path).text or "").split())
