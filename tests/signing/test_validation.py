"""Verification: what is good passes, what lacks something says what, and nothing raises."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from parvis.signing.cms.keys import MemoryKey
from parvis.signing.cms.schemes import scheme_for
from parvis.signing.cms.template import Template
from parvis.signing.enums import Form
from parvis.signing.formats import asice, cades, longterm
from parvis.signing.keys.authority import Holder, KeyKind, Profile, Request, Revoked, issue, new_key, self_signed
from parvis.signing.time import evidence
from parvis.signing.time.unit import TimestampUnit
from parvis.signing.trust import Trust
from parvis.signing.validation.verdicts import Indication, Kind, Sub
from tests.signing.test_cades import SCHEMES
from tests.support.judging import XML, container, judged, signed
from tests.support.officers import clock, officer, pdf, pki, template_of, trust

FORMS = [Form.PADES, Form.CADES, Form.XADES, Form.XADES_DETACHED]


def content_of(form: Form) -> bytes | None:
    return XML if form in {Form.CADES, Form.XADES_DETACHED} else None


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dated", [True, False])
def test_what_we_sign_passes(form: Form, dated: bool) -> None:  # noqa: FBT001
    report = judged(signed(form, dated=dated), content_of(form))
    assert (report.indication, report.sub) == (Indication.PASSED, None), report.verdicts
    (verdict,) = report.verdicts
    assert (verdict.proven_at is not None) is dated
    assert verdict.signer is not None
    assert "Claire Officier" in verdict.signer.subject.rfc4514_string()


@pytest.mark.parametrize(("kind", "digest", "pss"), SCHEMES)
@pytest.mark.parametrize("form", [Form.PADES, Form.CADES, Form.XADES])
def test_every_scheme_passes(form: Form, kind: KeyKind, digest: str, pss: bool) -> None:  # noqa: FBT001
    made = signed(form, by=officer(kind, digest, pss=pss), dated=False)
    assert judged(made, content_of(form)).indication is Indication.PASSED


def test_long_term_pdf_passes_without_any_list_at_hand() -> None:
    lasting = longterm.to_lta(longterm.to_lt(signed(), trust()), trust(), clock())
    report = judged(lasting, by=Trust((pki().root.certificate,)))
    assert report.indication is Indication.PASSED, report.verdicts
    assert [one.what for one in report.verdicts] == ["signature", "timestamp"]
    assert judged(signed(), by=Trust((pki().root.certificate,))).sub is Sub.TRY_LATER


def test_containers_timestamps_and_records_pass() -> None:
    files = {"acte.pdf": pdf(), "annexes/plan.txt": b"plan"}
    for seal in (asice.SIGNATURE, asice.TIMESTAMP):
        report = judged(container(files, seal=seal))
        assert (report.kind, report.indication) == (Kind.ASICE, Indication.PASSED), report.verdicts
    token = clock().stamp(hashlib.sha256(b"doc").digest()).encoded
    assert judged(token, b"doc").indication is Indication.PASSED
    assert judged(token, b"other").sub is Sub.HASH_FAILURE
    assert judged(token).sub is Sub.SIGNED_DATA_NOT_FOUND
    digests = [hashlib.sha256(one).digest() for one in (b"doc", b"b", b"c")]
    (record, *_) = evidence.make(digests, clock().stamp)
    assert (judged(record, b"doc").kind, judged(record, b"doc").indication) == (Kind.EVIDENCE, Indication.PASSED)
    assert judged(record, b"other").sub is Sub.HASH_FAILURE
    assert judged(record).sub is Sub.SIGNED_DATA_NOT_FOUND


@pytest.mark.parametrize("form", FORMS)
def test_signed_by_someone_whom_nobody_certified(form: Form) -> None:
    strangers = Trust((pki().holder("Un inconnu").certificate,))
    report = judged(signed(form), content_of(form), by=strangers)
    assert (report.indication, report.sub) == (Indication.INDETERMINATE, Sub.NO_CERTIFICATE_CHAIN_FOUND)


@pytest.mark.parametrize("form", FORMS)
def test_expired(form: Form) -> None:
    """Made after the end, or nothing proves that it was made before: undecided. Dated before the end: it holds."""
    past = pki().holder("Ancien Officier", end=timedelta(minutes=-1))
    made = signed(form, by=(template_of(past), MemoryKey(past.key)))
    assert judged(made, content_of(form)).sub is Sub.OUT_OF_BOUNDS_NO_POE
    soon = pki().holder("Bientôt Ancien", end=timedelta(hours=1))
    by, later = (template_of(soon), MemoryKey(soon.key)), datetime.now(UTC) + timedelta(hours=2)
    bare = judged(signed(form, by=by, dated=False), content_of(form), at=later)
    assert (bare.indication, bare.sub) == (Indication.INDETERMINATE, Sub.OUT_OF_BOUNDS_NO_POE)
    dated = judged(signed(form, by=by), content_of(form), at=later)
    assert dated.indication is Indication.PASSED, dated.verdicts


@pytest.mark.parametrize("form", FORMS)
def test_revoked(form: Form) -> None:
    serial = officer()[0].certificate.serial_number
    before = Revoked(serial, datetime.now(UTC) - timedelta(days=1))
    made = signed(form)
    assert judged(made, content_of(form), revoked=(before,)).sub is Sub.REVOKED_NO_POE
    after = Revoked(serial, datetime.now(UTC) + timedelta(hours=1))
    soon = datetime.now(UTC) + timedelta(hours=2)
    dated = judged(made, content_of(form), revoked=(after,), at=soon)
    assert dated.indication is Indication.PASSED, dated.verdicts
    bare = judged(signed(form, dated=False), content_of(form), revoked=(after,), at=soon)
    assert bare.sub is Sub.REVOKED_NO_POE


def test_a_timestamp_from_nobody_we_know_proves_nothing() -> None:
    """The certificate has expired since: only a trusted date could save the signature."""
    soon = pki().holder("Bientôt Ancien", end=timedelta(hours=1))
    template, later = template_of(soon), datetime.now(UTC) + timedelta(hours=2)
    key, start = new_key(KeyKind.P256), datetime.now(UTC) - timedelta(days=1)
    stranger = self_signed(Request("Horloge d’à côté", Profile.TIMESTAMP, start, later + timedelta(days=9)), key)
    unit = TimestampUnit(Template(stranger.certificate, (), scheme_for(key.public_key())), MemoryKey(key))
    prepared = cades.prepare(XML, template, at=datetime.now(UTC))
    (signature,) = MemoryKey(soon.key).sign(template.scheme, [prepared.digest])
    token = unit.token(hashlib.sha256(signature).digest(), "sha256", at=datetime.now(UTC))
    made = cades.complete(XML, prepared, template, signature, [token])
    assert judged(made, XML, at=later).sub is Sub.OUT_OF_BOUNDS_NO_POE
    assert judged(made, XML).verdicts[0].proven_at is None


def test_not_yet_valid() -> None:
    holder = pki().holder("Futur Officier", start=timedelta(days=2))
    report = judged(signed(by=(template_of(holder), MemoryKey(holder.key)), dated=False))
    assert report.sub is Sub.NOT_YET_VALID


def test_a_weak_key_is_not_supported() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - what must be refused
    start = datetime.now(UTC) - timedelta(days=1)
    request = Request("Faible", Profile.OFFICER, start, start + timedelta(days=9))
    holder = Holder(key, issue(pki().issuing, request, key.public_key()))
    report = judged(signed(by=(template_of(holder), MemoryKey(key)), dated=False))
    assert (report.indication, report.sub) == (Indication.INDETERMINATE, Sub.CRYPTO_CONSTRAINTS_FAILURE)


def test_a_certificate_for_dating_does_not_sign() -> None:
    authority = pki().issuing
    report = judged(signed(by=(template_of(authority), MemoryKey(authority.key)), dated=False))
    assert report.sub is Sub.CHAIN_CONSTRAINTS_FAILURE


def test_revocation_unknown_is_never_taken_for_none() -> None:
    assert judged(signed(), by=replace(trust(), crls=())).sub is Sub.TRY_LATER


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"%PDF-1.7",
        pdf(),
        pdf()[:3000],
        b"<r/>",
        b"<r>",
        b"<!DOCTYPE r [<!ENTITY a 'a'>]><r>&a;</r>",
        b"PK\x03\x04 broken",
        b"\x30\x80\x00\x00",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30" * 5000,
        bytes(range(256)) * 10,
    ],
)
def test_nothing_raises_and_nothing_passes(data: bytes) -> None:
    report = judged(data)
    assert report.indication is not Indication.PASSED
    assert report.sub is not None


@pytest.mark.parametrize("form", FORMS)
def test_truncated_anywhere(form: Form) -> None:
    whole = signed(form)
    for size in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        assert judged(whole[:size], content_of(form)).indication is not Indication.PASSED
