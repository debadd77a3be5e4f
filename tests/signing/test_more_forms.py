"""XAdES in containers, archive timestamps, qualified or not: each has its verdict, and none is valid by accident."""

import hashlib
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID
from lxml import etree

from parvis.signing import saying
from parvis.signing.cms import der
from parvis.signing.cms.keys import MemoryKey
from parvis.signing.enums import Form
from parvis.signing.formats import asice, cades, canonical, xades
from parvis.signing.keys.authority import Holder
from parvis.signing.validation import qualified, service
from parvis.signing.validation.qualified import ListedService, Quality
from parvis.signing.validation.report import VR, build
from parvis.signing.validation.verdicts import Indication, Kind, Report, Sub, Verdict
from tests.support.judging import XML, judged, signed
from tests.support.officers import NOW, clock, officer, pki, template_of, trust

ASIC = "http://uri.etsi.org/02918/v1.2.1#"
FILES = {"a b.txt": b"premier", "c.txt": b"second"}
COMPLIANCE, DEVICE, KIND = "0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.6"
ESIGN, ESEAL = "0.4.0.1862.1.6.1", "0.4.0.1862.1.6.2"


def xades_container(
    names: list[str], *, files: dict[str, bytes] | None = None, change: Callable[[bytes], bytes] = lambda made: made
) -> bytes:
    """A container whose signatures, one a file, are XAdES under one root, as other tools make them."""
    root = etree.fromstring(f'<a:XAdESSignatures xmlns:a="{ASIC}"/>')
    for name in names:
        template, key = officer()
        prepared = xades.prepare_detached(FILES[name], name.replace(" ", "%20"), template, at=datetime.now(UTC))
        (signature,) = key.sign(template.scheme, [prepared.digest])
        root.append(etree.fromstring(xades.complete(FILES[name], prepared, template, signature)))
        _sign_again(root[-1], key.key)
    whole = etree.tostring(root)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", asice.MIMETYPE)
        for name, content in (files or FILES).items():
            archive.writestr(name, content)
        archive.writestr("META-INF/signatures.xml", change(whole))
    return out.getvalue()


def _sign_again(one: etree._Element, key: Any) -> None:
    """In its place: the names in scope are part of what is signed."""
    properties, info = next(one.iter("{*}SignedProperties")), next(one.iter("{*}SignedInfo"))
    (about,) = (each for each in info.iter("{*}Reference") if each.get("Type"))
    next(about.iter("{*}DigestValue")).text = b64encode(hashlib.sha256(canonical.of(properties)).digest()).decode()
    first, second = utils.decode_dss_signature(key.sign(canonical.of(info), ec.ECDSA(hashes.SHA256())))
    next(one.iter("{*}SignatureValue")).text = b64encode(first.to_bytes(32) + second.to_bytes(32)).decode()


def test_xades_in_a_container_passes() -> None:
    report = judged(xades_container(list(FILES)))
    assert report.indication is Indication.PASSED, report.verdicts
    assert len(report.verdicts) == 2


@pytest.mark.parametrize(
    ("made", "sub"),
    [
        (lambda: xades_container(["c.txt"]), Sub.SIGNED_DATA_NOT_FOUND),
        (lambda: xades_container(list(FILES), files=FILES | {"c.txt": b"autre"}), Sub.HASH_FAILURE),
        (lambda: xades_container(list(FILES), files={"c.txt": b"second"}), Sub.SIGNED_DATA_NOT_FOUND),
        (lambda: xades_container(list(FILES), files=FILES | {"d.txt": b"de plus"}), Sub.SIGNED_DATA_NOT_FOUND),
        (lambda: xades_container(list(FILES), change=lambda one: one.replace(b"02918", b"02919")), Sub.FORMAT_FAILURE),
        (lambda: xades_container(list(FILES), change=lambda one: one[:-40]), Sub.FORMAT_FAILURE),
        (
            lambda: xades_container(
                ["c.txt"],
                change=lambda one: one.replace(b"<ds:Signature ", b"<x><ds:Signature ", 1).replace(
                    b"</ds:Signature>", b"</ds:Signature></x>"
                ),
            ),
            Sub.FORMAT_FAILURE,
        ),
        (lambda: xades_container([]), Sub.SIGNED_DATA_NOT_FOUND),
    ],
)
def test_bad_containers_of_xades_do_not(made: Callable[[], bytes], sub: Sub) -> None:
    report = judged(made())
    assert report.indication is not Indication.PASSED
    assert sub in {one.sub for one in report.verdicts}, report.verdicts


def archived_cades(oid: str, token: bytes) -> bytes:
    """A CAdES that holds, with one more unsigned attribute."""
    template, key = officer()
    prepared = cades.prepare(XML, template, at=datetime.now(UTC))
    (signature,) = key.sign(template.scheme, [prepared.digest])
    whole = asn1.ContentInfo.load(cades.complete(XML, prepared, template, signature))
    attribute = der.sequence(der.oid(oid), der.tlv(0x31, token))
    signer = whole["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = asn1.CMSAttributes.load(b"\x31" + der.tlv(0x31, attribute)[1:])
    return bytes(whole.dump(force=True))


@pytest.mark.parametrize("oid", ["0.4.0.1733.2.4", "1.2.840.113549.1.9.16.2.48"])
def test_an_archive_timestamp_of_cades_is_said_and_proves_nothing(oid: str) -> None:
    token = clock().stamp(hashlib.sha256(b"whatever").digest()).encoded
    report = judged(archived_cades(oid, token), XML)
    assert (report.indication, report.sub) == (Indication.INDETERMINATE, Sub.NO_POE)
    assert [one.what for one in report.verdicts] == ["signature", "timestamp"]
    broken = judged(archived_cades(oid, der.sequence()), XML)
    assert broken.sub is Sub.TIMESTAMP_ORDER_FAILURE


@pytest.mark.parametrize("space", ["http://uri.etsi.org/01903/v1.4.1#", "http://uri.etsi.org/01903/v1.3.2#"])
def test_an_archive_timestamp_of_xades_is_said_and_proves_nothing(space: str) -> None:
    root = etree.fromstring(signed(Form.XADES))
    place = next(root.iter("{*}UnsignedSignatureProperties"))
    stamp = etree.SubElement(place, f"{{{space}}}ArchiveTimeStamp")
    token = clock().stamp(hashlib.sha256(b"whatever").digest()).encoded
    etree.SubElement(stamp, "{http://uri.etsi.org/01903/v1.3.2#}EncapsulatedTimeStamp").text = b64encode(token).decode()
    report = judged(etree.tostring(root))
    assert (report.indication, report.sub) == (Indication.INDETERMINATE, Sub.NO_POE), report.verdicts
    assert saying.MEANINGS[Sub.NO_POE]


def claiming(*oids: str, kind: str = "", name: str = "") -> Holder:
    """An officer whose certificate makes these statements, under this name if given."""
    plain = pki().holder()
    statements = b"".join(der.sequence(der.oid(one)) for one in oids)
    if kind:
        statements += der.sequence(der.oid(KIND), der.sequence(der.oid(kind)))
    old = plain.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) if name else old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(old.not_valid_after_utc)
    )
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    said = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), der.sequence(statements))
    made = builder.add_extension(said, critical=False).sign(pki().issuing.key, hashes.SHA256())
    return Holder(plain.key, made)


def listed(*periods: tuple[datetime | None, bool]) -> tuple[ListedService, ...]:
    return (ListedService((pki().issuing.certificate,), periods),)


def quality(holder: Holder, services: tuple[ListedService, ...]) -> Report:
    made = signed(Form.CADES, by=(template_of(holder), MemoryKey(holder.key)))
    return service.validate(
        made, name="f", content=XML, signers=trust(), dated_by=trust(), at=datetime.now(UTC), services=services
    )


ALWAYS = listed((None, True))
ROOT_ONLY = (ListedService((pki().root.certificate,), ((None, True),)),)
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("claims", "kind", "services", "expected"),
    [
        ((COMPLIANCE, DEVICE), ESIGN, ALWAYS, Quality.SIGNATURE),
        ((COMPLIANCE,), ESIGN, ALWAYS, Quality.SIGNATURE_CERTIFICATE),
        ((COMPLIANCE, DEVICE), ESEAL, ALWAYS, Quality.SEAL),
        ((COMPLIANCE, DEVICE), ESIGN, (), Quality.UNKNOWN),
        ((DEVICE,), ESIGN, ALWAYS, Quality.NOT_QUALIFIED),
        ((COMPLIANCE, DEVICE), "0.4.0.1862.1.6.3", ALWAYS, Quality.NOT_QUALIFIED),
        ((COMPLIANCE, DEVICE), ESIGN, listed((TOMORROW, True)), Quality.NOT_QUALIFIED),
        ((COMPLIANCE, DEVICE), ESIGN, listed((None, True), (YESTERDAY, False)), Quality.NOT_QUALIFIED),
        ((COMPLIANCE, DEVICE), ESIGN, listed((TOMORROW, False), (None, True)), Quality.SIGNATURE),
        (
            (COMPLIANCE, DEVICE),
            ESIGN,
            (ListedService((pki().root.certificate,), ((None, True),)),),
            Quality.NOT_QUALIFIED,
        ),
    ],
)
def test_qualified_or_not(claims: tuple[str, ...], kind: str, services: Any, expected: Quality) -> None:
    report = quality(claiming(*claims, kind=kind), services)
    assert [one.quality for one in report.verdicts] == [expected]
    assert any(str(saying.QUALITIES[expected]) == row.value for row in saying.rows(report.verdicts[0]))
    assert f"signatureQualification:{expected}<".encode() in build(report)


def test_what_is_not_valid_is_not_called_qualified() -> None:
    holder = claiming(COMPLIANCE, DEVICE, kind=ESIGN)
    made = signed(Form.CADES, by=(template_of(holder), MemoryKey(holder.key)))
    report = service.validate(
        made,
        name="f",
        content=b"autre",
        signers=trust(),
        dated_by=trust(),
        at=datetime.now(UTC),
        services=ALWAYS,
    )
    assert report.indication is Indication.FAILED
    assert {one.quality for one in report.verdicts} == {""}


def test_statements_that_cannot_be_read_claim_nothing_and_services_are_kept() -> None:
    assert qualified.statements(pki().holder().certificate) == frozenset()
    assert qualified.load(qualified.dump(listed((None, True), (YESTERDAY, False)))) == listed(
        (None, True), (YESTERDAY, False)
    )


def test_reports_have_the_published_structure() -> None:
    """Held to the part of TS 119 102-2 that we write (report.xsd): not the official schema, which is not at hand."""
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("report.xsd")))
    token = clock().stamp(hashlib.sha256(b"whatever").digest()).encoded
    for report in (
        quality(claiming(COMPLIANCE, DEVICE, kind=ESIGN), ALWAYS),
        judged(xades_container(list(FILES))),
        judged(archived_cades("0.4.0.1733.2.4", token), XML),
        judged(signed(Form.CADES), b"autre"),
        judged(b"nothing"),
    ):
        schema.assertValid(etree.fromstring(build(report)))


@pytest.mark.parametrize("strange", ["\x01", "\x1b", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_in_a_name_does_not_prevent_the_report(strange: str) -> None:
    found = etree.fromstring(build(quality(claiming(name=f"Zoé{strange}M"), ALWAYS)))
    etree.XMLSchema(etree.parse(Path(__file__).with_name("report.xsd"))).assertValid(found)
    assert found.findtext(f".//{VR}Signer") == "CN=Zoé\ufffdM"


def test_a_date_before_the_year_1000_is_a_date() -> None:
    moment = datetime(999, 1, 2, 3, 4, 5, tzinfo=UTC)
    found = etree.fromstring(build(Report(Kind.CMS, "f", "00" * 32, moment, [Verdict(None, proven_at=moment)])))
    etree.XMLSchema(etree.parse(Path(__file__).with_name("report.xsd"))).assertValid(found)
    assert found.findtext(f".//{VR}POETime") == "0999-01-02T03:04:05Z"
