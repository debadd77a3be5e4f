"""The certificate of an officer's own card, registered by its officer."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import ConflictError, DomainError
from parvis.core.ids import new_id
from parvis.ledger import commands as ledger
from parvis.signing import installation
from parvis.signing.commands.certificates import put_in_service
from parvis.signing.enums import CertificateState, KeyPlace
from parvis.signing.models import SigningCertificate, SigningKey
from parvis.signing.trust import Standing

MOST_CERTIFICATES = 20
_NOT_FOR_PEOPLE = {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH}


def register_card(*, organisation: UUID, certificates: Sequence[bytes], actor: Actor) -> UUID:
    """Put in service the signing certificate of one's own card (DER, as the card holds them). Return its id.

    Raise DomainError when none may sign here, ConflictError when a key of the security module is in service.
    """
    grants = access.require(actor, Action.ACT_SIGN, organisation=organisation, process=EVERY_PROCESS).grants
    found = _readable(certificates)
    chosen = _chosen(found)
    with transaction.atomic():
        key = _card_key(organisation, chosen, actor)
        row = put_in_service(key, chosen, _chain(chosen, found))
        ledger.record(
            actor=actor,
            action="signing.card_registered",
            subject=f"signingkey:{key.id}",
            grants=grants,
            details={"serial": row.serial},
            about=actor.person,
        )
    return row.id


def _readable(certificates: Sequence[bytes]) -> list[x509.Certificate]:
    found = []
    for encoded in certificates[:MOST_CERTIFICATES]:
        try:
            found.append(x509.load_der_x509_certificate(encoded))
        except ValueError:
            continue
    return found


def _chosen(found: Iterable[x509.Certificate]) -> x509.Certificate:
    """The certificate made to sign: trusted today, of a person, for content commitment rather than to sign in."""
    fit = [one for one in found if _signs(one)]
    for one in sorted(fit, key=lambda certificate: not _usage(certificate).content_commitment):
        if installation.trust().standing(one, fit, at=now()) is Standing.TRUSTED:
            return one
    raise DomainError(
        "no_signing_certificate",
        "Aucun certificat de cette carte ne permet de signer ici : expiré, révoqué, fait pour autre chose, ou d’une "
        "autorité qui n’est pas reconnue. Demandez à votre administrateur.",
        field="certificate",
    )


def _usage(certificate: x509.Certificate) -> x509.KeyUsage:
    return certificate.extensions.get_extension_for_class(x509.KeyUsage).value


def _signs(certificate: x509.Certificate) -> bool:
    try:
        usage = _usage(certificate)
        key = certificate.public_key()
    except (x509.ExtensionNotFound, ValueError, UnsupportedAlgorithm):
        return False
    may = (usage.content_commitment or usage.digital_signature) and not _NOT_FOR_PEOPLE & _purposes(certificate)
    return may and not usage.key_cert_sign and isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)


def _purposes(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    try:
        return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return set()


def _chain(certificate: x509.Certificate, found: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """The authorities between it and a root, from the card or known here."""
    chain: list[x509.Certificate] = []
    known = [*found, *installation.trust().others]
    present = certificate
    while len(chain) < MOST_CERTIFICATES and present.issuer != present.subject:
        above = next((one for one in known if one.subject == present.issuer and one not in chain), None)
        if above is None:
            break
        chain.append(above)
        present = above
    return tuple(chain)


def _card_key(organisation: UUID, certificate: x509.Certificate, actor: Actor) -> SigningKey:
    key = SigningKey.objects.select_for_update().filter(organisation_id=organisation, holder_id=actor.person).first()
    if key is not None and key.backend != KeyPlace.CARD:
        in_service = SigningCertificate.objects.filter(key=key, state=CertificateState.ACTIVE, ends_at__gt=now())
        if in_service.exists():
            raise ConflictError(
                "key_exists",
                "Vous avez déjà une clé en service ici. Pour signer avec votre carte, faites d’abord révoquer son "
                "certificat par votre administrateur.",
            )
    kind = "p256" if isinstance(certificate.public_key(), ec.EllipticCurvePublicKey) else "rsa"
    if key is None:
        key = SigningKey(id=new_id(), organisation_id=organisation, holder_id=actor.person, name=new_id().hex)
    key.kind, key.backend = kind, KeyPlace.CARD
    key.save()
    return key
