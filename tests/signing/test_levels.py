"""B-T, B-LT and B-LTA, held to pyHanko, OpenSSL and xmlsec1."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from parvis.signing.formats import cades, canonical, longterm, pades, xades
from parvis.signing.formats.longterm import NotLongTermError
from parvis.signing.keys.authority import KeyKind
from parvis.signing.trust import to_asn1
from tests.signing.test_pades import context
from tests.support.officers import clock, officer, pdf, pem, pki, run, trust


def pdf_bt(kind: KeyKind = KeyKind.P256) -> bytes:
    template, key = officer(kind)
    prepared = pades.prepare(pdf(), template)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    token = clock().stamp(hashlib.sha256(signature).digest())
    return pades.complete(pdf(), prepared, template, signature, [token.encoded])


@pytest.mark.parametrize("kind", list(KeyKind))
def test_pades_bt(tmp_path: Path, kind: KeyKind) -> None:
    signed = pdf_bt(kind)
    found = PdfFileReader(BytesIO(signed)).embedded_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(found, context(), ts_validation_context=context()))
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    (tmp_path / "s.pdf").write_bytes(signed)
    assert "Signature is Valid." in run("pdfsig", "-nocert", "s.pdf", cwd=tmp_path)


def test_cades_bt(tmp_path: Path) -> None:
    template, key = officer(KeyKind.RSA3072)
    prepared = cades.prepare(b"doc", template, at=datetime.now(UTC))
    (signature,) = key.sign(template.scheme, [prepared.digest])
    token = clock().stamp(hashlib.sha256(signature).digest())
    (tmp_path / "s.p7s").write_bytes(cades.complete(b"doc", prepared, template, signature, [token.encoded]))
    (tmp_path / "doc").write_bytes(b"doc")
    (tmp_path / "root.pem").write_bytes(pem(pki().root.certificate))
    said = run(
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "s.p7s", "-content", "doc"),
        *("-CAfile", "root.pem", "-purpose", "any", "-out", "/dev/null"),
        cwd=tmp_path,
    )
    assert "CAdES Verification successful" in said


def test_xades_bt(tmp_path: Path) -> None:
    document = b"<r><x/></r>"
    template, key = officer()
    prepared = xades.prepare(document, template, at=datetime.now(UTC))
    (signature,) = key.sign(template.scheme, [prepared.digest])
    imprint = xades.timestamp_imprint(prepared, template, signature)
    token = clock().stamp(hashlib.sha256(imprint).digest())
    signed = xades.complete(document, prepared, template, signature, [token.encoded])
    (tmp_path / "s.xml").write_bytes(signed)
    (tmp_path / "root.pem").write_bytes(pem(pki().root.certificate))
    assert "OK" in run("xmlsec1", "--verify", "--trusted-pem", "root.pem", "s.xml", cwd=tmp_path)
    value = next(etree.fromstring(signed).iter(f"{{{xades.DS_URI}}}SignatureValue"))
    assert token.covers(canonical.of(value))


def lta_spec() -> PdfSignatureValidationSpec:
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([to_asn1(pki().root.certificate)]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    return PdfSignatureValidationSpec(SignatureValidationSpec(policy, local_knowledge=LocalKnowledge()))


def test_pades_lt_then_lta() -> None:
    with_proofs = longterm.to_lt(pdf_bt(), trust())
    assert with_proofs.startswith(pdf_bt()[:1000])
    assert b"/DSS" in with_proofs
    lasting = longterm.to_lta(with_proofs, trust(), clock())
    found = PdfFileReader(BytesIO(lasting)).embedded_signatures
    assert [one.sig_object_type for one in found] == ["/Sig", "/DocTimeStamp"]
    result = asyncio.run(ades_lta_validation(found[0], lta_spec()))
    assert result.ades_subindic == AdESPassed.OK


def test_without_revocation_data_there_is_no_long_term() -> None:
    with pytest.raises(NotLongTermError):
        longterm.to_lt(pdf_bt(), replace(trust(), crls=()))
