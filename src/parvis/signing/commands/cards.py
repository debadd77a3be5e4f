"""A list signed by an officer's own card: digests given to it, raw signatures taken back and checked.

The list is frozen and confirmed as any other: the card signs the digests of that list, and nothing else is accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import ConflictError
from parvis.ledger import commands as ledger
from parvis.signing import installation
from parvis.signing.cms.template import Template
from parvis.signing.commands.batches import authorisation_of, lines_of, locked_batch, template_of
from parvis.signing.commands.running import keep_signatures
from parvis.signing.enums import BatchState, CertificateState, EntryState, ItemState, KeyPlace
from parvis.signing.keys.errors import UnauthorisedError
from parvis.signing.models import BatchEntry, SigningBatch


@dataclass(frozen=True, slots=True)
class CardWork:
    """What a card is asked to sign: the documents that remain, by their place in the list."""

    certificate: bytes
    scheme: str
    title: str
    digests: Mapping[int, bytes]


def card_work(*, batch_id: UUID, actor: Actor) -> CardWork:
    """Return what remains to be signed of one's own confirmed list. Raise ConflictError when nothing may be now."""
    with transaction.atomic():
        batch = locked_batch(batch_id, actor)
        _require_open(batch)
        rows = BatchEntry.objects.filter(batch=batch, state=EntryState.PENDING, item__state=ItemState.SIGNING)
        digests = {place: bytes(digest) for place, digest in rows.values_list("position", "digest")}
        certificate = template_of(batch.certificate).certificate
    return CardWork(
        certificate.public_bytes(Encoding.DER),
        batch.scheme,
        f"{len(digests)} / {batch.count}",
        dict(sorted(digests.items())),
    )


def _require_open(batch: SigningBatch) -> None:
    """The list is the one confirmed, lately, by its officer, for a card whose certificate still holds."""
    if batch.certificate.key.backend != KeyPlace.CARD or batch.state != BatchState.CONFIRMED:
        raise ConflictError("batch_not_for_card", "Ce lot n’attend pas de signature de votre carte.")
    if batch.certificate.state == CertificateState.REVOKED:
        raise ConflictError("certificate_revoked", "Le certificat de votre carte a été révoqué : rien n’est signé.")
    try:
        authorisation_of(batch).check(installation.seal_secret(), lines_of(batch), scheme=batch.scheme, at=now())
    except (UnauthorisedError, ValueError) as error:
        raise ConflictError(
            "confirmation_expired", "Votre confirmation ne vaut plus. Préparez un nouveau lot et confirmez-le."
        ) from error


def take_signatures(*, batch_id: UUID, signatures: Mapping[int, bytes], actor: Actor) -> dict[int, bool]:
    """Take raw signatures, by place in the list; keep those that hold and say which. A job finishes the documents.

    A signature already kept is never replaced: the same ones sent twice change nothing.
    """
    with transaction.atomic():
        batch = locked_batch(batch_id, actor)
        _require_open(batch)
        template = template_of(batch.certificate)
        rows = list(BatchEntry.objects.filter(batch=batch, position__in=list(signatures)))
        held = {row.position: _holds(template, row, signatures[row.position]) for row in rows}
        good = [row for row in rows if held[row.position] and row.state == EntryState.PENDING]
        keep_signatures(good, [signatures[row.position] for row in good])
        if good:
            outbox.send("signing.sign_batch", lock=f"batch-{batch.id}", batch=batch.id)
        ledger.record(
            actor=actor,
            action="signing.card_signatures_taken",
            subject=f"batch:{batch.id}",
            details={"kept": len(good), "refused": len(signatures) - sum(held.values())},
        )
    return {place: held.get(place, False) for place in signatures}


def _holds(template: Template, row: BatchEntry, signature: bytes) -> bool:
    scheme, key = template.scheme, template.certificate.public_key()
    try:
        scheme.verify(key, signature, bytes(row.digest))  # type: ignore[arg-type]
    except (InvalidSignature, ValueError):
        return False
    return True
