"""XAdES (ETSI EN 319 132-1) with inclusive canonicalisation: enveloped or detached, B-B and B-T, policy form of PES."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from parvis.core import xml
from parvis.signing.cms.schemes import Padding, Scheme
from parvis.signing.cms.template import Template
from parvis.signing.enums import Form
from parvis.signing.formats import canonical
from parvis.signing.formats.prepared import Prepared

DS_URI = "http://www.w3.org/2000/09/xmldsig#"
XADES_URI = "http://uri.etsi.org/01903/v1.3.2#"
_MORE, _ENC = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2001/04/xmlenc#"
_DIGESTS = {"sha256": f"{_ENC}sha256", "sha384": f"{_MORE}sha384", "sha512": f"{_ENC}sha512"}
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"
ENVELOPED = f"{DS_URI}enveloped-signature"


def _ds(name: str, /, *children: etree._Element | str, **attributes: str) -> etree._Element:
    return _element(DS_URI, "ds", name, children, attributes)


def _xades(name: str, /, *children: etree._Element | str, **attributes: str) -> etree._Element:
    return _element(XADES_URI, "xades", name, children, attributes)


def _element(
    uri: str, prefix: str, name: str, children: tuple[etree._Element | str, ...], attributes: dict[str, str]
) -> etree._Element:
    made = etree.Element(f"{{{uri}}}{name}", attributes, nsmap={prefix: uri})
    for child in children:
        if isinstance(child, str):
            made.text = child
        else:
            made.append(child)
    return made


@dataclass(frozen=True, slots=True)
class XmlPolicy:
    """The signature policy that the signature declares. The DGFiP asks for its own on PES flows.

    ``digest`` is the SHA-256 of the policy's document, ``uri`` where it is published.
    """

    identifier: str
    description: str
    digest: bytes
    uri: str


@dataclass(frozen=True, slots=True)
class XmlDetails:
    """What is said besides: policy, claimed role and city; the ``Id`` of the root when it is named by it (PES)."""

    policy: XmlPolicy | None = None
    role: str = ""
    city: str = ""
    reference: str = ""


def prepare(document: bytes, template: Template, *, at: datetime, details: XmlDetails | None = None) -> Prepared:
    """Fix an enveloped signature: last child of the root. Raise XmlError when the document cannot be read."""
    details = details or XmlDetails()
    root = xml.parse(document)
    uri, whole = _covered(root, details.reference)
    reference = _reference(template.scheme, uri, whole, [ENVELOPED, canonical.INCLUSIVE])
    signature = _signature(template, reference, at, details)
    root.append(signature)
    return _fixed(Form.XADES, document, signature, template)


def _covered(root: etree._Element, reference: str) -> tuple[str, bytes]:
    """The address of what is signed and its canonical bytes: the document, or its root named by its ``Id``."""
    if not reference:
        return "", etree.tostring(root.getroottree(), method="c14n", with_comments=False)
    if root.get("Id") != reference:
        raise ValueError("the root of the document has another Id")
    return f"#{reference}", canonical.of(root)


def prepare_detached(
    document: bytes, name: str, template: Template, *, at: datetime, details: XmlDetails | None = None
) -> Prepared:
    """Fix a signature kept beside the document, which it names by its file name."""
    reference = _reference(template.scheme, name, document, [])
    signature = _signature(template, reference, at, details or XmlDetails())
    return _fixed(Form.XADES_DETACHED, document, signature, template)


def _fixed(form: Form, document: bytes, signature: etree._Element, template: Template) -> Prepared:
    """Digest the properties where they stand, then SignedInfo."""
    info, properties = signature[0], signature.find(f".//{{{XADES_URI}}}SignedProperties")
    assert properties is not None  # noqa: S101 - written just above
    uri = f"#{properties.get('Id')}"
    info.append(_reference(template.scheme, uri, canonical.of(properties), [canonical.INCLUSIVE], properties=True))
    signed = canonical.of(info)
    return Prepared(
        form=form,
        digest=template.scheme.hashed(signed),
        signed=signed,
        document=hashlib.sha256(document).digest(),
        tail=_written(signature),
    )


def complete(
    document: bytes, prepared: Prepared, template: Template, signature: bytes, timestamps: Iterable[bytes] = ()
) -> bytes:
    """Return the signed document, or the signature when it is detached. Raise ChangedDocumentError."""
    prepared.check(document)
    root = xml.parse(prepared.tail)
    value = _own_value(root)
    value.text = b64encode(_raw(template, signature)).decode()
    for token in timestamps:
        _add_timestamp(value, token)
    return _written(root)


def _written(node: etree._Element) -> bytes:
    return etree.tostring(node.getroottree(), encoding="UTF-8", xml_declaration=True)


def timestamp_imprint(prepared: Prepared, template: Template, signature: bytes) -> bytes:
    """Return what a signature timestamp must cover: the canonical SignatureValue (EN 319 132-1 §5.3)."""
    value = _own_value(xml.parse(prepared.tail))
    value.text = b64encode(_raw(template, signature)).decode()
    return canonical.of(value)


def _own_value(root: etree._Element) -> etree._Element:
    """The value of the signature just prepared: the last one, whatever the document already held."""
    return root.findall(f".//{{{DS_URI}}}SignatureValue")[-1] if root.tag != f"{{{DS_URI}}}Signature" else root[1]


def _add_timestamp(value: etree._Element, token: bytes) -> None:
    signature = value.getparent()
    assert signature is not None  # noqa: S101 - SignatureValue is always within a Signature
    qualifying = signature.find(f".//{{{XADES_URI}}}QualifyingProperties")
    assert qualifying is not None  # noqa: S101 - written by `_signature`
    qualifying.append(
        _xades(
            "UnsignedProperties",
            _xades(
                "UnsignedSignatureProperties",
                _xades(
                    "SignatureTimeStamp",
                    _ds("CanonicalizationMethod", Algorithm=canonical.INCLUSIVE),
                    _xades("EncapsulatedTimeStamp", b64encode(token).decode()),
                ),
            ),
        )
    )


def _signature(template: Template, reference: etree._Element, at: datetime, details: XmlDetails) -> etree._Element:
    mark = uuid4().hex
    signed = _properties(template, mark, at, details)
    properties = _xades("QualifyingProperties", signed, Target=f"#signature-{mark}")
    certificates = (template.certificate, *template.chain)
    texts = [b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]
    return _ds(
        "Signature",
        _ds(
            "SignedInfo",
            _ds("CanonicalizationMethod", Algorithm=canonical.INCLUSIVE),
            _ds("SignatureMethod", Algorithm=_method(template.scheme)),
            reference,
        ),
        _ds("SignatureValue", Id=f"value-{mark}"),
        _ds("KeyInfo", _ds("X509Data", *(_ds("X509Certificate", text) for text in texts))),
        _ds("Object", properties),
        Id=f"signature-{mark}",
    )


def _properties(template: Template, mark: str, at: datetime, details: XmlDetails) -> etree._Element:
    encoded = template.certificate.public_bytes(Encoding.DER)
    parts = [
        _xades("SigningTime", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        _xades(
            "SigningCertificateV2",
            _xades("Cert", _xades("CertDigest", *_digest_parts(template.scheme, template.scheme.hashed(encoded)))),
        ),
    ]
    if details.policy:
        parts.append(_policy(details.policy))
    if details.city:
        parts.append(_xades("SignatureProductionPlaceV2", _xades("City", details.city)))
    if details.role:
        parts.append(_xades("SignerRoleV2", _xades("ClaimedRoles", _xades("ClaimedRole", details.role))))
    return _xades("SignedProperties", _xades("SignedSignatureProperties", *parts), Id=f"properties-{mark}")


def _policy(policy: XmlPolicy) -> etree._Element:
    return _xades(
        "SignaturePolicyIdentifier",
        _xades(
            "SignaturePolicyId",
            _xades("SigPolicyId", _xades("Identifier", policy.identifier), _xades("Description", policy.description)),
            _xades("SigPolicyHash", *_digest_parts(Scheme(Padding.ECDSA), policy.digest)),
            _xades("SigPolicyQualifiers", _xades("SigPolicyQualifier", _xades("SPURI", policy.uri))),
        ),
    )


def _digest_parts(scheme: Scheme, digest: bytes) -> tuple[etree._Element, etree._Element]:
    return _ds("DigestMethod", Algorithm=_DIGESTS[scheme.digest]), _ds("DigestValue", b64encode(digest).decode())


def _reference(
    scheme: Scheme, uri: str, content: bytes, transforms: list[str], *, properties: bool = False
) -> etree._Element:
    applied = [_ds("Transforms", *(_ds("Transform", Algorithm=one) for one in transforms))] if transforms else []
    reference = _ds("Reference", *applied, *_digest_parts(scheme, scheme.hashed(content)), URI=uri)
    if properties:
        reference.set("Type", "http://uri.etsi.org/01903#SignedProperties")
    return reference


def _method(scheme: Scheme) -> str:
    if scheme.padding is Padding.ECDSA:
        return f"{_MORE}ecdsa-{scheme.digest}"
    return f"{_PSS}{scheme.digest}-rsa-MGF1" if scheme.padding is Padding.PSS else f"{_MORE}rsa-{scheme.digest}"


def _raw(template: Template, signature: bytes) -> bytes:
    """ECDSA in XML is r and s side by side (RFC 4050), not DER."""
    key = template.certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return signature
    r, s = utils.decode_dss_signature(signature)
    size = (key.key_size + 7) // 8
    return r.to_bytes(size) + s.to_bytes(size)


def signature_value(signed: etree._Element) -> bytes:
    """Return the value of the last signature of a document."""
    return b64decode(_own_value(signed).text or "")
