"""The life of officers' certificates: made, requested, installed, renewed, revoked, and published as such."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.identity.models import Account
from parvis.signing import commands, installation
from parvis.signing.commands import reminding
from parvis.signing.enums import CertificateState, RevocationReason
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Profile, Request
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import SigningCertificate, SigningKey
from parvis.signing.trust import Standing
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.officers import pem, pki
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(signing: SignerClient) -> Town:
    return parapheur.build()


def of(town: Town) -> SigningCertificate:
    return SigningCertificate.objects.get(key__holder_id=town.mayor.person, state=CertificateState.ACTIVE)


def loaded(row: SigningCertificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(row.pem.encode())


def test_the_demo_certifies_and_is_trusted(town: Town) -> None:
    certificate = loaded(of(town))
    assert installation.trust().standing(certificate, at=now()) is Standing.TRUSTED
    assert "Claire Dubois" in certificate.subject.rfc4514_string()
    assert "Mairie de Rennes" in certificate.subject.rfc4514_string()


def test_renewed_then_revoked(town: Town) -> None:
    first = of(town)
    commands.renew_certificate(key_id=first.key_id, actor=town.administrator)
    first.refresh_from_db()
    second = of(town)
    assert (first.state, second.key_id) == (CertificateState.REPLACED, first.key_id)
    assert loaded(first).public_key() == loaded(second).public_key()
    for _ in range(2):
        commands.revoke_certificate(
            certificate_id=second.id, reason=RevocationReason.KEY_COMPROMISE, actor=town.administrator
        )
    assert installation.trust().standing(loaded(second), at=now()) is Standing.REVOKED
    assert installation.trust().standing(loaded(first), at=now()) is Standing.TRUSTED


def test_the_lists_and_the_responder_say_it(town: Town, client: Client) -> None:
    row = of(town)
    issuer = installation.demo().issuing.certificate
    assert _answer(client, row, issuer).certificate_status is ocsp.OCSPCertStatus.GOOD
    commands.revoke_certificate(certificate_id=row.id, reason=RevocationReason.SUPERSEDED, actor=town.mayor)
    found = x509.load_der_x509_crl(client.get("/pki/crl").content)
    assert found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    assert found.get_revoked_certificate_by_serial_number(int(row.serial, 16)) is not None
    answer = _answer(client, row, issuer)
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    stranger = ocsp.OCSPRequestBuilder().add_certificate(pki().issuing.certificate, issuer, hashes.SHA256()).build()
    refused = _post(client, stranger.public_bytes(Encoding.DER))
    assert refused.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    assert _post(client, b"junk").response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert b"BEGIN CERTIFICATE" in client.get("/pki/root.pem").content


def _answer(client: Client, row: SigningCertificate, issuer: x509.Certificate) -> Any:
    asked = ocsp.OCSPRequestBuilder().add_certificate(loaded(row), issuer, hashes.SHA256()).build()
    answer = _post(client, asked.public_bytes(Encoding.DER))
    assert answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    return answer


def _post(client: Client, body: bytes) -> Any:
    answered = client.post("/pki/ocsp", body, content_type="application/ocsp-request")
    return ocsp.load_der_ocsp_response(answered.content)


def test_a_certificate_of_a_real_authority_is_requested_and_installed(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    key = SigningKey.objects.get(holder_id=town.mayor.person)
    asked = x509.load_der_x509_csr(commands.certificate_request(key_id=key.id, actor=town.administrator))
    assert asked.is_signature_valid
    (tmp_path / "roots.pem").write_bytes(pem(pki().root.certificate))
    monkeypatch.setenv("PARVIS_SIGNING_ROOTS", str(tmp_path / "roots.pem"))

    def given(public: Any, *, days: int = 30) -> bytes:
        start = datetime.now(UTC) - timedelta(days=20)
        request = Request("Claire Dubois", Profile.OFFICER, start, start + timedelta(days=days))
        return pem(authority.issue(pki().issuing, request, public), pki().issuing.certificate)

    for wrong in (b"junk", given(pki().issuing.key.public_key()), given(asked.public_key(), days=10)):
        with pytest.raises(DomainError):
            commands.install_certificate(key_id=key.id, pem=wrong, actor=town.administrator)
    commands.install_certificate(key_id=key.id, pem=given(asked.public_key()), actor=town.administrator)
    assert "Autorité d’essai" in of(town).issuer
    monkeypatch.delenv("PARVIS_SIGNING_ROOTS")
    with pytest.raises(DomainError, match="autorité"):
        commands.install_certificate(key_id=key.id, pem=given(asked.public_key()), actor=town.administrator)


def test_one_key_each_for_people_who_may_sign(town: Town) -> None:
    with pytest.raises(ConflictError, match="déjà"):
        commands.open_key(organisation=town.organisation, holder=town.mayor.person, actor=town.administrator)
    with pytest.raises(DomainError, match="droit"):
        commands.open_key(organisation=town.organisation, holder=town.reader.person, actor=town.administrator)


def test_rights_only_the_administrator_handles_keys(town: Town) -> None:
    row = of(town)
    for stranger in (town.clerk, town.deputy, town.here.as_foreign_agent):
        for gesture in (
            lambda who: commands.open_key(organisation=town.organisation, holder=town.deputy.person, actor=who),
            lambda who: commands.certificate_request(key_id=row.key_id, actor=who),
            lambda who: commands.install_certificate(key_id=row.key_id, pem=b"", actor=who),
            lambda who: commands.renew_certificate(key_id=row.key_id, actor=who),
            lambda who: commands.revoke_certificate(
                certificate_id=row.id, reason=RevocationReason.SUPERSEDED, actor=who
            ),
        ):
            with pytest.raises(RefusedError):
                gesture(stranger)
    with pytest.raises(AbsentError):
        commands.renew_certificate(key_id=new_id(), actor=town.administrator)
    assert of(town).id == row.id


def test_outside_the_demo_no_certificate_is_made(town: Town, settings: Any) -> None:
    settings.DEMO = False
    key = SigningKey.objects.get(holder_id=town.mayor.person)
    with pytest.raises(ConflictError, match="autorité"):
        commands.renew_certificate(key_id=key.id, actor=town.administrator)


def test_the_pages_from_the_request_to_the_certificate(
    town: Town, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    settings.ASSURANCE_ENFORCED = False
    (tmp_path / "roots.pem").write_bytes(pem(pki().root.certificate))
    monkeypatch.setenv("PARVIS_SIGNING_ROOTS", str(tmp_path / "roots.pem"))
    key = SigningKey.objects.get(holder_id=town.mayor.person)
    place = reverse("parapheur_key_of", args=[key.id])
    http = Client()
    http.force_login(Account.objects.get(id=town.administrator.person))
    listed = http.get(reverse("parapheur_keys")).content.decode()
    assert place in listed
    asked = http.get(reverse("parapheur_key_request", args=[key.id]))
    public: Any = x509.load_pem_x509_csr(asked.content).public_key()
    assert asked["Content-Disposition"] == 'attachment; filename="claire-dubois.csr"'
    start = datetime.now(UTC) - timedelta(days=1)
    request = Request("Claire Dubois", Profile.OFFICER, start, start + timedelta(days=10))
    good = pem(authority.issue(pki().issuing, request, public), pki().issuing.certificate)
    for wrong in (b"junk", pem(pki().holder().certificate)):
        refused = http.post(place, {"certificate": SimpleUploadedFile("a.pem", wrong)})
        assert refused.status_code == 422
    assert http.post(place, {}).status_code == 422
    assert http.post(place, {"certificate": SimpleUploadedFile("a.pem", good)}).status_code == 302
    assert "Expire bientôt" in http.get(place).content.decode()
    officer = Client()
    officer.force_login(Account.objects.get(id=town.mayor.person))
    assert "expire bientôt" in officer.get(reverse("parapheur")).content.decode()
    for stranger in (town.mayor, town.here.as_foreign_agent):
        other = Client()
        other.force_login(Account.objects.get(id=stranger.person))
        assert other.get(place).status_code == 404
        assert other.get(reverse("parapheur_key_request", args=[key.id])).status_code == 404


def test_an_end_is_announced_a_month_then_a_week_before_and_no_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    SigningCertificate.objects.filter(key__holder_id=town.deputy.person).delete()
    row = of(town)

    def told(days: int) -> int:
        monkeypatch.setattr(reminding, "now", lambda: row.ends_at - timedelta(days=days))
        return commands.remind_certificates()

    assert [told(days) for days in (60, 29, 20, 8, 6, 5, 1, -1)] == [0, 1, 0, 0, 1, 0, 0, 0]
    run_jobs()
    people = {one.to[0] for one in mail.outbox}
    assert people == {"maire@exemple.example", "admin@exemple.example"}
    assert len(mail.outbox) == 4
    commands.revoke_certificate(certificate_id=row.id, reason=RevocationReason.SUPERSEDED, actor=town.mayor)
    SigningCertificate.objects.update(reminded_at=None)
    assert told(3) == 0
