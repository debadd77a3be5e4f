"""The same conclusions for machines: the validation report of ETSI TS 119 102-2 (XML, v1.2.1)."""

import re
from base64 import b64encode
from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from parvis.signing.validation.verdicts import Indication, Report, Verdict

VR = "{http://uri.etsi.org/19102/v1.2.1#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_MAIN = {
    Indication.PASSED: "urn:etsi:019102:mainindication:total-passed",
    Indication.FAILED: "urn:etsi:019102:mainindication:total-failed",
    Indication.INDETERMINATE: "urn:etsi:019102:mainindication:indeterminate",
}
_CERTIFICATE = "urn:etsi:019102:validationObject:certificate"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def build(report: Report) -> bytes:
    """Return the report, with the certificates of the signers."""
    root = etree.Element(f"{VR}ValidationReport", nsmap={"vr": VR[1:-1], "ds": DS[1:-1]})
    for place, verdict in enumerate(report.verdicts):
        _signature(root, report, verdict, place)
    signers = {f"C-{place}": one.signer for place, one in enumerate(report.verdicts) if one.signer is not None}
    if signers:
        objects = _add(root, "SignatureValidationObjects")
        for name, certificate in signers.items():
            entry = _add(objects, "ValidationObject")
            entry.set("id", name)
            _add(entry, "ObjectType", _CERTIFICATE)
            _add(
                _add(entry, "ValidationObjectRepresentation"),
                "base64",
                b64encode(certificate.public_bytes(Encoding.DER)).decode(),
            )
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _signature(root: etree._Element, report: Report, verdict: Verdict, place: int) -> None:
    found = _add(root, "SignatureValidationReport")
    identifier = _add(found, "SignatureIdentifier")
    identifier.set("id", f"S-{place}")
    _digest(identifier, report.sha256)
    if verdict.value:
        etree.SubElement(identifier, f"{DS}SignatureValue").text = b64encode(verdict.value).decode()
    _add(identifier, "HashOnly", "false")
    _add(identifier, "DocHashOnly", "false")
    _times(found, report, verdict)
    if verdict.signer is not None:
        signer = _add(found, "SignerInformation")
        _add(signer, "SignerCertificate").set("VOReference", f"C-{place}")
        _add(signer, "Signer", verdict.signer.subject.rfc4514_string())
    if verdict.quality:
        quality = _add(found, "SignatureQuality")
        _add(quality, "SignatureQualityInformation", f"urn:cef:dss:signatureQualification:{verdict.quality}")
    process = _add(found, "SignatureValidationProcess")
    kind = "LTVM" if verdict.proven_at else "Basic"
    _add(process, "SignatureValidationProcessID", f"urn:etsi:019102:validationprocess:{kind}")
    status = _add(found, "SignatureValidationStatus")
    _add(status, "MainIndication", _MAIN[verdict.indication])
    if verdict.sub is not None:
        _add(status, "SubIndication", f"urn:etsi:019102:subindication:{verdict.sub}")


def _times(found: etree._Element, report: Report, verdict: Verdict) -> None:
    times = _add(found, "ValidationTimeInfo")
    _add(times, "ValidationTime", _said(report.at))
    best = _add(times, "BestSignatureTime")
    _add(best, "POETime", _said(verdict.proven_at or report.at))
    _add(best, "TypeOfProof", "urn:etsi:019102:poetype:validation")  # found while validating, never given to us


def _digest(parent: etree._Element, sha256: str) -> None:
    found = _add(parent, "DigestAlgAndValue")
    etree.SubElement(found, f"{DS}DigestMethod", Algorithm=_SHA256)
    etree.SubElement(found, f"{DS}DigestValue").text = b64encode(bytes.fromhex(sha256)).decode()


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    made = etree.SubElement(parent, f"{VR}{name}")
    if text:
        made.text = _NOT_XML.sub("\ufffd", text)  # a certificate may name its holder with anything
    return made


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
