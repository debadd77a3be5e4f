"""XML signatures (XAdES), enveloped or detached. Parts are found by their place, never by their ``Id``: no wrapping."""

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from parvis.core import xml
from parvis.signing.cms.schemes import Padding
from parvis.signing.formats import canonical
from parvis.signing.time.tokens import Token
from parvis.signing.validation import cms, dates
from parvis.signing.validation.conclusion import Judges, conclude
from parvis.signing.validation.verdicts import BrokenError, Sub, Verdict

DS, XADES = "{http://www.w3.org/2000/09/xmldsig#}", "{http://uri.etsi.org/01903/v1.3.2#}"
XADES_141 = "{http://uri.etsi.org/01903/v1.4.1#}"
# EN 319 162-1 annex A.4, and the older OpenDocument form that some containers still have.
_CONTAINERS = frozenset(
    {
        "{http://uri.etsi.org/02918/v1.2.1#}XAdESSignatures",
        "{urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0}document-signatures",
    }
)
# What a detached signature is about: one file, the files of a container, or nothing at hand.
Signed = bytes | Mapping[str, bytes] | None
_INCLUSIVE = {canonical.INCLUSIVE, "http://www.w3.org/2006/12/xml-c14n11"}
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_TYPE = "http://uri.etsi.org/01903#SignedProperties"
_ENC, _MORE, _PSS = (
    "http://www.w3.org/2001/04/xmlenc#",
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2007/05/xmldsig-more#",
)
DIGESTS = {f"{_ENC}sha256": "sha256", f"{_MORE}sha384": "sha384", f"{_ENC}sha512": "sha512"}
_METHODS = {
    **{f"{_MORE}rsa-{one}": (Padding.PKCS1, one) for one in cms.STRONG},
    **{f"{_MORE}ecdsa-{one}": (Padding.ECDSA, one) for one in cms.STRONG},
    **{f"{_PSS}{one}-rsa-MGF1": (Padding.PSS, one) for one in cms.STRONG},
}


def judge(data: bytes, content: bytes | None, judges: Judges) -> Iterator[Verdict]:
    """Yield a verdict per signature. ``content`` is the file that a detached one is about."""
    root = xml.parse(data)
    found = list(root.iter(f"{DS}Signature"))
    for one in found:
        try:
            yield _signature(root, one, content, judges)
        except BrokenError as error:
            yield Verdict(error.sub, str(error))
            continue
        yield from dates.archives(_archives(one))


def judge_files(
    data: bytes, files: Mapping[str, bytes], judges: Judges, name: str
) -> Iterator[tuple[Verdict, frozenset[str]]]:
    """Yield a verdict per signature of files apart (ASiC with XAdES), each with the names of the files it covers."""
    root = xml.parse(data)
    if root.tag not in _CONTAINERS:
        raise BrokenError(Sub.FORMAT_FAILURE, "not signatures of a container")
    for one in root.iter(f"{DS}Signature"):
        try:
            verdict = _signature(root, one, files, judges)
        except BrokenError as error:
            yield Verdict(error.sub, str(error), name=name), frozenset()
            continue
        covered = frozenset(unquote(each.get("URI", "")) for each in one.findall(f"{DS}SignedInfo/{DS}Reference"))
        yield replace(verdict, name=name), covered
        for archive in dates.archives(_archives(one)):
            yield replace(archive, name=name), frozenset()


def _archives(one: etree._Element) -> Iterator[bytes]:
    """Archive timestamps, whichever version of XAdES names them."""
    for stamp in one.iter(f"{XADES}ArchiveTimeStamp", f"{XADES_141}ArchiveTimeStamp"):
        for token in stamp.iter(f"{XADES}EncapsulatedTimeStamp"):
            yield b64decode(token.text or "")


def signed_by(root: etree._Element) -> x509.Certificate:
    """Return the certificate of the one signature of a whole document, which holds. Raise BrokenError.

    Whom to trust is for the caller: a trusted list names beforehand who may sign it.
    """
    found = list(root.iter(f"{DS}Signature"))
    if len(found) != 1 or found[0].getparent() is not root:
        raise BrokenError(Sub.FORMAT_FAILURE, "one signature is expected, under the root")
    parts = _parts(found[0])
    certificate = _named(parts)
    _check_value(parts, certificate)
    _check_references(root, found[0], parts, None)
    return certificate


@dataclass(frozen=True, slots=True)
class _Parts:
    info: etree._Element
    value: etree._Element
    properties: etree._Element
    certificates: list[x509.Certificate]


def _signature(root: etree._Element, one: etree._Element, content: Signed, judges: Judges) -> Verdict:
    if one is not root and one.getparent() is not root:
        raise BrokenError(Sub.FORMAT_FAILURE, "a signature is expected under the root")
    parts = _parts(one)
    certificate = _named(parts)
    raw = _check_value(parts, certificate)
    _check_references(root, one, parts, content)
    said = parts.properties.findtext(f"{XADES}SignedSignatureProperties/{XADES}SigningTime")
    return conclude(
        certificate,
        [each for each in parts.certificates if each is not certificate],
        list(_timestamps(one, parts.value)),
        judges,
        claimed_at=datetime.fromisoformat(said) if said else None,
        value=raw,
    )


def _parts(one: etree._Element) -> _Parts:
    properties = _only(one, f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties")
    texts = [node.text or "" for node in one.findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")]
    certificates = [x509.load_der_x509_certificate(b64decode(text)) for text in texts]
    if not certificates:
        raise BrokenError(Sub.NO_SIGNING_CERTIFICATE_FOUND, "no certificate is sent along")
    return _Parts(_only(one, f"{DS}SignedInfo"), _only(one, f"{DS}SignatureValue"), properties, certificates)


def _only(node: etree._Element, path: str) -> etree._Element:
    found = node.findall(path)
    if len(found) != 1:
        raise BrokenError(Sub.FORMAT_FAILURE, f"{path.rpartition('}')[2]}: one is expected")
    return found[0]


def _named(parts: _Parts) -> x509.Certificate:
    signed = _only(parts.properties, f"{XADES}SignedSignatureProperties")
    for path in ("SigningCertificateV2", "SigningCertificate"):
        digest = signed.find(f"{XADES}{path}/{XADES}Cert/{XADES}CertDigest")
        if digest is None:
            continue
        algorithm = DIGESTS.get(_only(digest, f"{DS}DigestMethod").get("Algorithm", ""))
        if algorithm is None:
            raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, "the certificate is named by a weak digest")
        said = b64decode(digest.findtext(f"{DS}DigestValue") or "")
        for one in parts.certificates:
            if hashlib.new(algorithm, one.public_bytes(Encoding.DER)).digest() == said:
                return one
        raise BrokenError(Sub.NO_SIGNING_CERTIFICATE_FOUND, "the certificate named is not sent along")
    raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "it does not name its certificate")


def _check_value(parts: _Parts, certificate: x509.Certificate) -> bytes:
    method = _METHODS.get(_only(parts.info, f"{DS}SignatureMethod").get("Algorithm", ""))
    if method is None:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, "signature method not supported, or too weak")
    form = _only(parts.info, f"{DS}CanonicalizationMethod").get("Algorithm", "")
    covered = _canonical(parts.info, form)
    value = b64decode("".join((parts.value.text or "").split()))
    key = certificate.public_key()
    made = value
    if isinstance(key, ec.EllipticCurvePublicKey):
        half = len(value) // 2
        made = utils.encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))
    salt = int(method[1].removeprefix("sha")) // 8
    cms.verify(key, cms.Algorithm(method[0], method[1], salt), made, covered)
    return value


def _check_references(root: etree._Element, one: etree._Element, parts: _Parts, content: Signed) -> None:
    """The document, and the properties of this very signature; nothing else. In a container, several files."""
    references = parts.info.findall(f"{DS}Reference")
    own = f"#{parts.properties.get('Id')}"
    about_itself = [each for each in references if each.get("URI") == own and each.get("Type") == _TYPE]
    others = [each for each in references if each not in about_itself]
    if isinstance(content, Mapping) and len(about_itself) == 1 and others:
        _check_digest(about_itself[0], _transformed(parts.properties, _transforms(about_itself[0])))
        for each in others:
            _check_digest(each, _file(each, content))
        return
    if len(about_itself) != 1 or len(others) != 1 or isinstance(content, Mapping):
        raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "the document and the properties must be signed, and only they")
    _check_digest(about_itself[0], _transformed(parts.properties, _transforms(about_itself[0])))
    _check_digest(others[0], _document(root, one, others[0], content))


def _file(reference: etree._Element, files: Mapping[str, bytes]) -> bytes:
    """A file of a container, signed as it is."""
    uri = unquote(reference.get("URI", ""))
    if not uri or uri.startswith("#") or _transforms(reference):
        raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "a file of the container is signed as it is")
    if uri not in files:
        raise BrokenError(Sub.SIGNED_DATA_NOT_FOUND, f"{uri[:80]}: signed, missing")
    return files[uri]


def _transforms(reference: etree._Element) -> list[str]:
    return [node.get("Algorithm", "") for node in reference.findall(f"{DS}Transforms/{DS}Transform")]


def _document(root: etree._Element, one: etree._Element, reference: etree._Element, content: bytes | None) -> bytes:
    uri, transforms = reference.get("URI", ""), _transforms(reference)
    if uri and not uri.startswith("#"):
        if transforms:
            raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "a file is signed as it is")
        if content is None:
            raise BrokenError(Sub.SIGNED_DATA_NOT_FOUND, f"give the file it signs: {uri[:80]}")
        return content
    if one is root or not transforms or transforms[0] != _ENVELOPED:
        raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "it does not cover the whole document")
    if uri and (uri != f"#{root.get('Id')}" or len(root.xpath("//*[@Id=$id]", id=uri[1:])) != 1):  # type: ignore[arg-type]
        raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "it signs a part of the document, not all of it")
    rest = deepcopy(root.getroottree()).getroot()
    _remove(rest[list(root).index(one)])
    if not uri and transforms[1:] in ([], *([form] for form in _INCLUSIVE)):
        return etree.tostring(rest.getroottree(), method="c14n", with_comments=False)
    return _transformed(rest, transforms[1:])


def _remove(node: etree._Element) -> None:
    parent, before = node.getparent(), node.getprevious()
    assert parent is not None  # noqa: S101 - it is a child of the root
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)


def _transformed(node: etree._Element, transforms: list[str]) -> bytes:
    if len(transforms) > 1:
        raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "too many transforms")
    return _canonical(node, transforms[0] if transforms else canonical.INCLUSIVE)


def _canonical(node: etree._Element, form: str) -> bytes:
    if form in _INCLUSIVE:
        return canonical.of(node)
    if form == _EXCLUSIVE:
        return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
    raise BrokenError(Sub.SIG_CONSTRAINTS_FAILURE, "canonical form or transform not supported")


def _check_digest(reference: etree._Element, content: bytes) -> None:
    algorithm = DIGESTS.get(_only(reference, f"{DS}DigestMethod").get("Algorithm", ""))
    if algorithm is None:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, "digest not supported, or too weak")
    said = b64decode(reference.findtext(f"{DS}DigestValue") or "")
    if not hmac.compare_digest(hashlib.new(algorithm, content).digest(), said):
        raise BrokenError(Sub.HASH_FAILURE, "the document is not the one that was signed")


def _timestamps(one: etree._Element, value: etree._Element) -> Iterator[Token]:
    path = f"{DS}Object/{XADES}QualifyingProperties/{XADES}UnsignedProperties/{XADES}UnsignedSignatureProperties"
    for stamp in one.findall(f"{path}/{XADES}SignatureTimeStamp"):
        form = stamp.find(f"{DS}CanonicalizationMethod")
        covered = _canonical(value, form.get("Algorithm", "") if form is not None else canonical.INCLUSIVE)
        for token in stamp.findall(f"{XADES}EncapsulatedTimeStamp"):
            yield cms.token_over(b64decode(token.text or ""), covered)
