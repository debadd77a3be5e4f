"""Known attacks on signed files: each has its verdict, and it is never "valid"."""

import hashlib
import re
import zipfile
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from parvis.signing.enums import Form
from parvis.signing.formats import asice, cades, canonical, longterm, xades
from parvis.signing.formats.asice import BadContainerError
from parvis.signing.validation.verdicts import Indication, Sub
from tests.support.judging import XML, container, judged, signed
from tests.support.officers import clock, officer, pdf, pki, trust

DS = "{http://www.w3.org/2000/09/xmldsig#}"


def refused(data: bytes, content: bytes | None = None) -> Sub | None:
    report = judged(data, content)
    assert report.indication is not Indication.PASSED, report.verdicts
    return report.sub


# --- PDF ---------------------------------------------------------------------------------------------------------


def edited(data: bytes) -> bytes:
    """Add a revision that changes what the first page shows."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT /F1 40 Tf 100 100 Td (AUTRE) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def without_a_page(data: bytes) -> bytes:
    """Add a revision where the last page is gone."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject(list(pages.raw_get("/Kids"))[:1])
    pages["/Count"] = generic.NumberObject(1)  # type: ignore[no-untyped-call]
    writer.update_container(pages)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


@pytest.mark.parametrize("change", [edited, without_a_page])
def test_an_incremental_edit_is_seen(change: object) -> None:
    assert refused(change(signed())) is Sub.FORMAT_FAILURE  # type: ignore[operator]


def test_a_changed_byte_is_seen_wherever_it_is() -> None:
    data = signed()
    start = data.index(b"/Contents <")
    for place in range(0, len(data), 997):
        if start <= place <= data.index(b">", start):
            continue
        changed = bytearray(data)
        changed[place] ^= 1
        assert judged(bytes(changed)).indication is not Indication.PASSED, place


def test_a_byte_range_that_leaves_something_out() -> None:
    """The hole grows over part of the document, or moves elsewhere."""
    data = signed()
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", data)
    assert found
    first, size, second, rest = (int(one) for one in found.groups())
    for numbers in (
        (first, size - 100, second, rest),
        (first, size, second + 40, rest - 40),
        (first + 10, size - 10, second, rest),
        (first, size, second, rest - 20),
        (0, 0, 0, 0),
        (first, size, second, rest * 1000),
        (first, size + rest, 0, 0),
    ):
        said = b"/ByteRange [%d %d %d %d]" % numbers
        if len(said) <= len(found[0]):
            assert refused(data.replace(found[0], said.ljust(len(found[0])))) is not None


def test_something_hidden_in_the_place_of_the_signature() -> None:
    data = signed()
    place = data.index(b">", data.index(b"/Contents <")) - 400
    hidden = data[:place] + b"41" * 20 + data[place + 40 :]
    assert refused(hidden) is Sub.FORMAT_FAILURE


def test_the_signature_of_another_document() -> None:
    one, other = signed(), signed(document=pdf(3))
    pattern = re.compile(rb"/Contents <([0-9a-f0]+)>")
    taken = pattern.search(other)
    assert taken
    swapped = pattern.sub(lambda _: b"/Contents <" + taken[1] + b">", one)
    assert len(swapped) == len(one)
    assert refused(swapped) is Sub.HASH_FAILURE


def test_text_after_the_end_is_not_covered() -> None:
    for end in (b"\n% something\n", b"junk startxref\n9\n%%EOF\n", b"\n% x\nstartxref\n116\n%%EOF\n"):
        assert refused(signed() + end) is Sub.FORMAT_FAILURE, end


def test_text_after_the_end_that_looks_like_an_end() -> None:
    """It points to the same table: a reader sees the same document, and bytes that nobody signed."""
    data = signed()
    table = re.findall(rb"startxref\s+(\d+)", data)[-1]
    assert refused(data + b"% unsigned\nstartxref\n" + table + b"\n%%EOF\n") is Sub.FORMAT_FAILURE


def test_text_after_the_proofs_of_a_signature() -> None:
    lasting = longterm.to_lt(signed(), trust())
    assert judged(lasting).indication is Indication.PASSED
    assert refused(lasting + b"% unsigned\n") is Sub.FORMAT_FAILURE


# --- timestamps --------------------------------------------------------------------------------------------------


def with_token(token: bytes) -> bytes:
    template, key = officer()
    prepared = cades.prepare(XML, template, at=datetime.now(UTC))
    (signature,) = key.sign(template.scheme, [prepared.digest])
    return cades.complete(XML, prepared, template, signature, [token])


def test_a_timestamp_copied_from_another_signature() -> None:
    copied = clock().stamp(hashlib.sha256(b"another signature").digest()).encoded
    assert refused(with_token(copied), XML) is Sub.TIMESTAMP_ORDER_FAILURE


def test_a_timestamp_by_someone_who_may_not_date() -> None:
    assert refused(with_token(b"\x30\x03\x02\x01\x00"), XML) is not None


# --- CMS ---------------------------------------------------------------------------------------------------------


def remade(change: object, content: bytes = XML) -> bytes:
    found = cms.ContentInfo.load(signed(Form.CADES, content, dated=False))
    change(found["content"])  # type: ignore[operator]
    return bytes(found.dump(force=True))


def test_attributes_that_are_not_those_signed() -> None:
    def other_digest(body: cms.SignedData) -> None:
        for attribute in body["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "message_digest":
                attribute["values"] = [hashlib.sha256(b"other").digest()]

    assert refused(remade(other_digest), b"other") is Sub.SIG_CRYPTO_FAILURE


def test_no_signed_attributes_is_another_signature() -> None:
    """What was signed as attributes must not pass as a document, nor the reverse."""

    def bare(body: cms.SignedData) -> None:
        del body["signer_infos"][0]["signed_attrs"]

    assert refused(remade(bare), XML) is not None


def test_a_certificate_put_in_the_place_of_the_signers() -> None:
    """Same key, another name: the signed attributes name the certificate."""
    imposter = pki().holder("Quelqu’un d’autre")

    def other_name(body: cms.SignedData) -> None:
        encoded = imposter.certificate.public_bytes(Encoding.DER)
        body["certificates"] = [cms.CertificateChoices.load(encoded)]

    assert refused(remade(other_name), XML) is Sub.NO_SIGNING_CERTIFICATE_FOUND


def test_two_signers_or_none() -> None:
    def twice(body: cms.SignedData) -> None:
        body["signer_infos"] = [body["signer_infos"][0], body["signer_infos"][0].copy()]

    def nobody(body: cms.SignedData) -> None:
        body["signer_infos"] = []

    assert refused(remade(twice), XML) is Sub.FORMAT_FAILURE
    assert refused(remade(nobody), XML) is Sub.FORMAT_FAILURE


def test_a_weak_or_unknown_algorithm() -> None:
    def weak(body: cms.SignedData) -> None:
        body["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}

    def unknown(body: cms.SignedData) -> None:
        body["signer_infos"][0]["signature_algorithm"] = {"algorithm": "dsa"}

    assert refused(remade(weak), XML) is Sub.CRYPTO_CONSTRAINTS_FAILURE
    assert refused(remade(unknown), XML) is Sub.CRYPTO_CONSTRAINTS_FAILURE


def test_a_signature_over_another_document() -> None:
    assert refused(signed(Form.CADES), b"another document") is Sub.HASH_FAILURE
    assert refused(signed(Form.CADES)) is Sub.SIGNED_DATA_NOT_FOUND


# --- XML ---------------------------------------------------------------------------------------------------------


def xml(change: object) -> bytes:
    root = etree.fromstring(signed(Form.XADES, dated=False))
    return etree.tostring(change(root))  # type: ignore[operator]


def wrapped_root(root: etree._Element) -> etree._Element:
    """The signed document becomes a part of another one."""
    outer = etree.Element("PES_Aller")
    outer.append(etree.fromstring("<Montant>99 €</Montant>"))
    outer.append(root)
    return outer


def wrapped_signature(root: etree._Element) -> etree._Element:
    """The signature goes on top of another document, with the signed one hidden in an Object."""
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    root.remove(signature)
    outer = etree.fromstring("<PES_Aller><Montant>99</Montant></PES_Aller>")
    hidden = etree.SubElement(signature, f"{DS}Object")
    hidden.append(root)
    outer.append(signature)
    return outer


def two_properties(root: etree._Element) -> etree._Element:
    """A second set of properties with the same Id, before the signed one."""
    found = root.find(f".//{DS}Object")
    assert found is not None
    fake = etree.fromstring(etree.tostring(found).replace(b"202", b"203"))
    found.addprevious(fake)
    return root


def changed_amount(root: etree._Element) -> etree._Element:
    root[0].text = "99,50 €"
    return root


def a_reference_taken_away(root: etree._Element) -> etree._Element:
    info = root.find(f".//{DS}SignedInfo")
    assert info is not None
    reference = info.find(f"{DS}Reference")
    assert reference is not None
    info.remove(reference)
    return root


def a_part_only(root: etree._Element) -> etree._Element:
    """The reference points to one element by its Id."""
    root[0].set("Id", "montant")
    reference = root.find(f".//{DS}Reference")
    assert reference is not None
    reference.set("URI", "#montant")
    return root


@pytest.mark.parametrize(
    "change", [wrapped_root, wrapped_signature, two_properties, changed_amount, a_reference_taken_away, a_part_only]
)
def test_wrapping_and_its_cousins(change: object) -> None:
    assert refused(xml(change)) in {
        Sub.FORMAT_FAILURE,
        Sub.HASH_FAILURE,
        Sub.SIG_CRYPTO_FAILURE,
        Sub.SIG_CONSTRAINTS_FAILURE,
    }


def test_a_reference_that_nothing_checks() -> None:
    """Signed by an officer, with one reference more than the profile: it could say anything."""
    template, key = officer()
    prepared = xades.prepare(XML, template, at=datetime.now(UTC))
    root = etree.fromstring(prepared.tail)
    info = root.find(f".//{DS}SignedInfo")
    assert info is not None
    more = etree.fromstring(etree.tostring(info[2]))
    more.set("URI", "https://ailleurs.example/contrat.pdf")
    info.append(more)
    covered = canonical.of(info)
    (signature,) = key.sign(template.scheme, [template.scheme.hashed(covered)])
    altered = replace(prepared, signed=covered, tail=etree.tostring(root.getroottree()))
    assert refused(xades.complete(XML, altered, template, signature)) is Sub.SIG_CONSTRAINTS_FAILURE


def test_an_xml_signature_made_with_a_secret_anyone_knows() -> None:
    """HMAC under the name of a signature, or SHA-1: refused before any computing."""
    made = signed(Form.XADES, dated=False)
    for method in (b"http://www.w3.org/2000/09/xmldsig#hmac-sha1", b"http://www.w3.org/2000/09/xmldsig#rsa-sha1"):
        changed = re.sub(rb'SignatureMethod Algorithm="[^"]+"', b'SignatureMethod Algorithm="' + method + b'"', made)
        assert refused(changed) is Sub.CRYPTO_CONSTRAINTS_FAILURE


def test_an_xml_timestamp_copied_from_elsewhere() -> None:
    made = signed(Form.XADES)
    copied = b64encode(clock().stamp(hashlib.sha256(b"x").digest()).encoded)
    changed = re.sub(rb"(EncapsulatedTimeStamp[^>]*>)[^<]+", lambda found: found[1] + copied, made)
    assert refused(changed) is Sub.TIMESTAMP_ORDER_FAILURE


# --- ASiC-E ------------------------------------------------------------------------------------------------------

FILES = {"acte.pdf": b"%PDF acte", "plan.txt": b"plan"}


def rezipped(data: bytes, **changes: bytes | None) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for entry in before.infolist():
            content = changes.pop(entry.filename, before.read(entry))
            if content is not None:
                after.writestr(entry.filename, content)
        for name, content in changes.items():
            after.writestr(name, content or b"")
    return out.getvalue()


def test_containers_that_were_changed() -> None:
    good = container(FILES)
    assert refused(rezipped(good, **{"plan.txt": b"other"})) is Sub.HASH_FAILURE
    assert refused(rezipped(good, **{"plan.txt": None})) is Sub.SIGNED_DATA_NOT_FOUND
    assert refused(rezipped(good, **{"added.txt": b"nobody signed this"})) is Sub.SIGNED_DATA_NOT_FOUND
    assert refused(rezipped(good, **{"META-INF/signature001.p7s": None})) is Sub.SIGNED_DATA_NOT_FOUND
    listed = asice.manifest(FILES | {"plan.txt": b"other"}, seal=asice.SIGNATURE)
    both = {"plan.txt": b"other", "META-INF/ASiCManifest001.xml": listed}
    assert refused(rezipped(good, **both)) is Sub.HASH_FAILURE
    assert refused(rezipped(good, mimetype=b"application/zip")) is Sub.FORMAT_FAILURE
    assert refused(rezipped(good, **{"META-INF/ASiCManifest001.xml": None})) is not None


def test_zip_bombs_and_names_that_climb() -> None:
    def zipped(*entries: tuple[str, bytes]) -> bytes:
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", asice.MIMETYPE)
            for name, content in entries:
                archive.writestr(name, content)
        return out.getvalue()

    for hostile in (
        zipped(("zeros", bytes(50_000_000))),
        zipped(("../etc/passwd", b"x")),
        zipped(("/absolute", b"x")),
        zipped(*((f"f{place}", b"x") for place in range(asice.MOST_ENTRIES + 1))),
    ):
        with pytest.raises(BadContainerError):
            asice.unpack(hostile)
        assert refused(hostile) is Sub.FORMAT_FAILURE
    with pytest.raises(ValueError, match="not a name"):
        asice.manifest({"../x": b""}, seal=asice.SIGNATURE)


def test_every_flipped_byte_of_a_container_is_found() -> None:
    good = container(FILES)
    for place in range(0, len(good), 23):
        changed = bytearray(good)
        changed[place] ^= 0x10
        if judged(bytes(changed)).indication is Indication.PASSED:
            assert _same_content(bytes(changed), good), place


def _same_content(changed: bytes, good: bytes) -> bool:
    """A byte of the zip that no file's content depends on: a date, an attribute."""
    try:
        one, other = asice.unpack(changed), asice.unpack(good)
    except BadContainerError:
        return False
    return (
        one.files == other.files
        and one.meta["META-INF/ASiCManifest001.xml"] == other.meta["META-INF/ASiCManifest001.xml"]
    )
