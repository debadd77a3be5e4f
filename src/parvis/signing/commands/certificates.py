"""The life of officers' keys and certificates: open, request, install, renew, revoke."""

from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.ids import new_id
from parvis.directory import queries as directory
from parvis.identity import queries as identity
from parvis.ledger import commands as ledger
from parvis.signing import installation
from parvis.signing.commands.refusals import no_key, signer_refuses
from parvis.signing.enums import BatchState, CertificateState, KeyPlace, RevocationReason
from parvis.signing.keys.authority import KeyKind
from parvis.signing.models import SigningBatch, SigningCertificate, SigningKey
from parvis.signing.trust import Standing


def open_key(*, organisation: UUID, holder: UUID, kind: KeyKind = KeyKind.RSA3072, actor: Actor) -> UUID:
    """Make an officer's key in the signer; the demo's authority certifies it at once. Return the key's id.

    Raise ConflictError when they already have one there, DomainError when they may not sign or the signer fails.
    """
    grants = _require_administrator(organisation, actor)
    officer = Actor("account", holder)
    if not access.may(officer, Action.ACT_SIGN, organisation=organisation, process=EVERY_PROCESS).allowed:
        raise DomainError(
            "holder_without_right", "Cette personne n’a pas le droit de signer pour cet organisme.", field="holder"
        )
    if SigningKey.objects.filter(organisation_id=organisation, holder_id=holder).exists():
        raise ConflictError("key_exists", "Cette personne a déjà une clé pour cet organisme.", field="holder")
    identifier = new_id()
    signer = installation.signer()
    with signer_refuses():
        signer.make(identifier.hex, kind)
        backend = signer.backend()
    with transaction.atomic():
        row = SigningKey.objects.create(
            id=identifier,
            organisation_id=organisation,
            holder_id=holder,
            name=identifier.hex,
            kind=str(kind),
            backend=backend,
        )
        _record(row, "signing.key_opened", actor, grants, {"kind": str(kind), "backend": backend})
        if installation.is_demo():
            _issue(row)
    return row.id


def certificate_request(*, key_id: UUID, actor: Actor) -> bytes:
    """Return the request (PKCS#10, DER) to send to the certification authority."""
    key = _key(key_id)
    _require_administrator(key.organisation_id, actor)
    _refuse_card(key)
    with signer_refuses():
        return installation.signer().request(key.name, holder=_name(key), organisation=_organisation(key))


def install_certificate(*, key_id: UUID, pem: bytes, actor: Actor) -> UUID:
    """Put in service the certificate that an authority gave, with its chain; the former one is replaced.

    Raise DomainError when it is for another key, not valid now, or comes from nobody we recognise.
    """
    key = _key(key_id)
    grants = _require_administrator(key.organisation_id, actor)
    _refuse_card(key)
    try:
        certificate, *chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise DomainError(
            "not_a_certificate", "Ce fichier n’est pas un certificat au format PEM.", field="certificate"
        ) from None
    with signer_refuses():
        ours = installation.signer().public(key.name)
    if certificate.public_key() != ours:
        raise DomainError("certificate_of_another_key", "Ce certificat est celui d’une autre clé.", field="certificate")
    if installation.trust().standing(certificate, chain, at=now()) is not Standing.TRUSTED:
        raise DomainError(
            "certificate_not_trusted",
            "Ce certificat n’est pas valide aujourd’hui, ou son autorité n’est pas reconnue ici.",
            field="certificate",
        )
    with transaction.atomic():
        row = put_in_service(key, certificate, tuple(chain))
        _record(key, "signing.certificate_installed", actor, grants, {"serial": row.serial})
    return row.id


def renew_certificate(*, key_id: UUID, actor: Actor) -> UUID:
    """Have the demo's authority certify the same key again. Elsewhere: request, then install."""
    key = _key(key_id)
    grants = _require_administrator(key.organisation_id, actor)
    _refuse_card(key)
    if not installation.is_demo():
        raise ConflictError(
            "renewal_elsewhere", "Demandez le nouveau certificat à votre autorité, puis installez-le ici."
        )
    with transaction.atomic():
        row = _issue(key)
        _record(key, "signing.certificate_renewed", actor, grants, {"serial": row.serial})
    return row.id


def revoke_certificate(*, certificate_id: UUID, reason: RevocationReason, actor: Actor) -> None:
    """Stop trusting a certificate from now. What was frozen with it is abandoned. Twice changes nothing."""
    with transaction.atomic():
        row = SigningCertificate.objects.select_for_update().select_related("key").filter(id=certificate_id).first()
        if row is None:
            raise AbsentError("unknown_certificate", "Ce certificat n’existe pas.")
        if actor.kind != "account" or actor.id != row.key.holder_id:  # one may always revoke one's own
            grants = _require_administrator(row.key.organisation_id, actor)
        else:
            grants = ()
        if row.state == CertificateState.REVOKED:
            return
        row.state, row.revoked_at, row.reason = CertificateState.REVOKED, now(), reason
        row.save()
        SigningBatch.objects.filter(certificate=row, state=BatchState.FROZEN).update(state=BatchState.CANCELLED)
        _record(row.key, "signing.certificate_revoked", actor, grants, {"serial": row.serial, "reason": str(reason)})


def _key(key_id: UUID) -> SigningKey:
    row = SigningKey.objects.filter(id=key_id).first()
    if row is None:
        raise no_key()
    return row


def _refuse_card(key: SigningKey) -> None:
    if key.backend == KeyPlace.CARD:
        raise ConflictError(
            "key_on_card", "Cette clé est sur la carte de l’agent : c’est lui qui enregistre son nouveau certificat."
        )


def _require_administrator(organisation: UUID, actor: Actor) -> tuple[UUID, ...]:
    return access.require(actor, Action.MEMBERS_MANAGE, organisation=organisation, process=EVERY_PROCESS).grants


def _issue(key: SigningKey) -> SigningCertificate:
    demo = installation.demo()
    with signer_refuses():
        public = installation.signer().public(key.name)
    return put_in_service(key, demo.officer(_name(key), _organisation(key), public), (demo.issuing.certificate,))


def put_in_service(
    key: SigningKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
) -> SigningCertificate:
    """Make this the active certificate of a key; the former one is replaced. Raise ConflictError when it is known."""
    serial, issuer = f"{certificate.serial_number:x}", certificate.issuer.rfc4514_string()[:200]
    if SigningCertificate.objects.filter(serial=serial, issuer=issuer).exists():
        raise ConflictError("certificate_known", "Ce certificat est déjà enregistré.", field="certificate")
    SigningCertificate.objects.filter(key=key, state=CertificateState.ACTIVE).update(state=CertificateState.REPLACED)
    return SigningCertificate.objects.create(
        key=key,
        serial=serial,
        issuer=issuer,
        subject=certificate.subject.rfc4514_string()[:200],
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        chain="".join(one.public_bytes(Encoding.PEM).decode() for one in chain),
        starts_at=certificate.not_valid_before_utc,
        ends_at=certificate.not_valid_after_utc,
    )


def _name(key: SigningKey) -> str:
    account = identity.account(key.holder_id)
    return str(account) if account else key.name


def _organisation(key: SigningKey) -> str:
    found = directory.organisation(key.organisation_id)
    return found.name if found else ""


def _record(key: SigningKey, action: str, actor: Actor, grants: tuple[UUID, ...], details: dict[str, str]) -> None:
    ledger.record(
        actor=actor, action=action, subject=f"signingkey:{key.id}", grants=grants, details=details, about=key.holder_id
    )
