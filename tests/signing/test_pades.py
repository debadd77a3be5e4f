"""PAdES from the template, held to poppler (NSS), OpenSSL and pyHanko in hard-fail mode."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms, crl, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from parvis.signing.formats import pades
from parvis.signing.formats.pades import PdfDetails
from parvis.signing.formats.prepared import ChangedDocumentError, Prepared, load
from parvis.signing.keys.authority import KeyKind
from tests.signing.test_cades import SCHEMES
from tests.support.officers import officer, pdf, pem, pki, run


def sign(kind: KeyKind = KeyKind.P256, digest: str = "sha256", *, pss: bool = False, document: bytes = b"") -> bytes:
    template, key = officer(kind, digest, pss=pss)
    document = document or pdf()
    prepared = pades.prepare(document, template, PdfDetails(reason="Réponse"))
    (signature,) = key.sign(template.scheme, [prepared.digest])
    return pades.complete(document, load(prepared.dump()), template, signature)


def context() -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(pki().root.certificate.public_bytes(Encoding.DER))],
        crls=[crl.CertificateList.load(one) for one in pki().lists()],
        revocation_mode="hard-fail",
        allow_fetching=False,
    )


def judged(signed: bytes) -> bool:
    found = PdfFileReader(BytesIO(signed)).embedded_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(found, signer_validation_context=context()))
    return bool(status.bottom_line)


@pytest.mark.parametrize(("kind", "digest", "pss"), SCHEMES)
def test_pyhanko_hard_fail_and_openssl_accept(tmp_path: Path, kind: KeyKind, digest: str, pss: bool) -> None:  # noqa: FBT001
    signed = sign(kind, digest, pss=pss)
    assert judged(signed)
    found = PdfFileReader(BytesIO(signed)).embedded_signatures[0]
    first, size, second, rest = (int(one) for one in found.byte_range)
    # By its own length: a signature may end with a zero, like the room left after it.
    (tmp_path / "s.der").write_bytes(cms.ContentInfo.load(found.pkcs7_content).dump())
    (tmp_path / "doc").write_bytes(signed[first : first + size] + signed[second : second + rest])
    (tmp_path / "root.pem").write_bytes(pem(pki().root.certificate))
    said = run(
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "s.der", "-content", "doc"),
        *("-CAfile", "root.pem", "-purpose", "any", "-out", "/dev/null"),
        cwd=tmp_path,
    )
    assert "CAdES Verification successful" in said


@pytest.mark.parametrize("kind", list(KeyKind))
def test_pdfsig_accepts(tmp_path: Path, kind: KeyKind) -> None:
    (tmp_path / "s.pdf").write_bytes(sign(kind))
    said = run("pdfsig", "-nocert", "s.pdf", cwd=tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_signing_one_byte_of_another_document_is_refused() -> None:
    template, key = officer()
    prepared = pades.prepare(pdf(), template)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    with pytest.raises(ChangedDocumentError):
        pades.complete(pdf(3), prepared, template, signature)


def test_a_changed_preparation_is_refused() -> None:
    """The attributes of one document with the increment of another: never written."""
    template, key = officer()
    one, other = pades.prepare(pdf(), template), pades.prepare(pdf(), template, PdfDetails(reason="Autre motif"))
    mixed = Prepared(one.form, one.digest, one.signed, one.document, other.tail)
    (signature,) = key.sign(template.scheme, [one.digest])
    with pytest.raises(ChangedDocumentError):
        pades.complete(pdf(), mixed, template, signature)


@pytest.mark.parametrize("bad", [b"", b"%PDF-1.7", b"not a pdf", pdf()[:2000], pdf()[:-200]])
def test_a_damaged_pdf_is_refused(bad: bytes) -> None:
    template, _ = officer()
    with pytest.raises(pades.UnsignablePdfError):
        pades.prepare(bad, template)


def test_two_officers_sign_the_same_document() -> None:
    twice = PdfFileReader(BytesIO(sign(document=sign()))).embedded_signatures
    assert len(twice) == 2
    for found in twice:
        assert asyncio.run(async_validate_pdf_signature(found, signer_validation_context=context())).bottom_line
