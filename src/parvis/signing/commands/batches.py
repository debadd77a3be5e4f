"""Freeze a list, have it confirmed once, and nothing but it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError, Problems
from parvis.core.ids import new_id
from parvis.documents import queries as documents
from parvis.ledger import commands as ledger
from parvis.signing import installation, queries
from parvis.signing.cms.schemes import scheme_for
from parvis.signing.cms.template import Template
from parvis.signing.commands.standing import answers_for
from parvis.signing.enums import (
    OPEN_ENTRIES,
    BatchState,
    CertificateState,
    EntryState,
    Form,
    ItemState,
    Level,
)
from parvis.signing.formats import making
from parvis.signing.formats.making import UnsignableError
from parvis.signing.keys import wire
from parvis.signing.keys.authorisation import Authorisation, Line, digest_of
from parvis.signing.models import BatchEntry, Item, SigningBatch, SigningCertificate

MOST_IN_A_BATCH = 500
# A list shown too long ago is no longer what the officer has in mind.
CONFIRM_WITHIN = timedelta(minutes=30)
# The signer may be down for a moment; a confirmation is not a blank cheque for the night.
SIGN_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Frozen:
    item: Item
    line: Line
    prepared: bytes


def freeze_batch(*, organisation: UUID, items: Sequence[UUID], level: Level = Level.B_T, actor: Actor) -> UUID:
    """Prepare these documents for one confirmation and return the batch. All or none; those of absent officers too.

    Raise DomainError that names the documents that cannot be signed; ConflictError when one is in another batch.
    """
    grants = access.require(actor, Action.ACT_SIGN, organisation=organisation, process=EVERY_PROCESS).grants
    if not 0 < len(set(items)) <= MOST_IN_A_BATCH:
        raise DomainError(
            "bad_batch_size",
            "Choisissez de 1 à %(most)s documents à signer ensemble.",
            field="items",
            params={"most": MOST_IN_A_BATCH},
        )
    certificate = _usable_certificate(organisation, actor)
    with transaction.atomic():
        found = _locked(organisation, items, actor)
        frozen_at = now()
        prepared = _prepared(found, template_of(certificate), frozen_at, actor)
        batch = _write(prepared, organisation, certificate, level, actor)
        ledger.record(
            actor=actor,
            action="signing.batch_frozen",
            subject=f"batch:{batch.id}",
            grants=grants,
            details={"count": batch.count, "digest": bytes(batch.digest).hex()},
        )
    return batch.id


def _usable_certificate(organisation: UUID, actor: Actor) -> SigningCertificate:
    row = (
        SigningCertificate.objects.filter(
            key__organisation_id=organisation,
            key__holder_id=actor.person,
            state=CertificateState.ACTIVE,
            starts_at__lte=now(),
            ends_at__gt=now(),
        )
        .select_related("key")
        .first()
    )
    if row is None:
        raise ConflictError(
            "no_certificate",
            "Vous n’avez pas de certificat de signature en cours de validité. Demandez-le à votre administrateur.",
        )
    return row


def template_of(row: SigningCertificate) -> Template:
    """Return the template of a certificate."""
    certificate = x509.load_pem_x509_certificate(row.pem.encode())
    chain = tuple(x509.load_pem_x509_certificates(row.chain.encode())) if row.chain else ()
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ConflictError("no_certificate", "Ce certificat ne permet pas de signer ici.")
    return Template(certificate, chain, scheme_for(key))


def _locked(organisation: UUID, items: Sequence[UUID], actor: Actor) -> list[Item]:
    """The documents, locked in one order for all, each still waiting for this officer's signature."""
    mine = answers_for(actor, organisation)
    rows = list(
        Item.objects.select_for_update()
        .filter(queries.answered_by(organisation), id__in=set(items), officer_id__in=mine, state=ItemState.TO_SIGN)
        .order_by("id")
    )
    if len(rows) != len(set(items)):
        raise ConflictError(
            "items_moved_on",
            "Certains de ces documents n’attendent plus votre signature. Rechargez la page et choisissez de nouveau.",
            field="items",
        )
    if BatchEntry.objects.filter(item__in=rows, state__in=OPEN_ENTRIES).exists():
        raise ConflictError(
            "items_in_batch", "Certains de ces documents sont déjà dans un lot à confirmer.", field="items"
        )
    return rows


def _prepared(items: Sequence[Item], template: Template, at: datetime, actor: Actor) -> list[_Frozen]:
    problems = Problems()
    found = []
    for item in items:
        content = b"".join(documents.content(item.document))
        try:
            one = making.prepare(Form(item.form), content, item.file_name, template, at=at, signer=actor.label)
        except UnsignableError:
            problems.add(
                "unsignable",
                "Le document « %(title)s » ne peut pas être signé : il est abîmé, chiffré ou protégé. Renvoyez-le.",
                field="items",
                params={"title": item.title},
            )
            continue
        if one.document != bytes(item.sha256):
            problems.add(
                "document_changed",
                "Le document « %(title)s » n’est plus celui qui a été déposé. Prévenez l’exploitant.",
                field="items",
                params={"title": item.title},
            )
            continue
        found.append(_Frozen(item, Line(item.id, one.document, one.digest), one.dump()))
    problems.refuse_if_any()
    return found


def _write(
    frozen: Sequence[_Frozen], organisation: UUID, certificate: SigningCertificate, level: Level, actor: Actor
) -> SigningBatch:
    scheme = wire.scheme_name(template_of(certificate).scheme)
    batch = SigningBatch.objects.create(
        organisation_id=organisation,
        officer_id=actor.person,
        certificate=certificate,
        scheme=scheme,
        level=level,
        digest=digest_of([one.line for one in frozen], scheme=scheme),
        count=len(frozen),
    )
    BatchEntry.objects.bulk_create(
        BatchEntry(
            id=new_id(),
            batch=batch,
            position=place,
            item=one.item,
            document=one.item.document,
            document_sha256=one.line.document,
            digest=one.line.digest,
            prepared=one.prepared,
        )
        for place, one in enumerate(frozen)
    )
    return batch


def cancel_batch(*, batch_id: UUID, actor: Actor) -> None:
    """Give up a list that was not confirmed: its documents wait for a signature again. Twice changes nothing."""
    with transaction.atomic():
        batch = locked_batch(batch_id, actor)
        if batch.state == BatchState.CANCELLED:
            return
        if batch.state != BatchState.FROZEN:
            raise ConflictError("batch_confirmed", "Ce lot a déjà été confirmé : il ne peut plus être abandonné.")
        batch.state, batch.finished_at = BatchState.CANCELLED, now()
        batch.save()
        BatchEntry.objects.filter(batch=batch, state=EntryState.PENDING).update(state=EntryState.SKIPPED)
        ledger.record(actor=actor, action="signing.batch_cancelled", subject=f"batch:{batch.id}")


def confirm_batch(*, batch_id: UUID, digest: bytes, actor: Actor) -> None:
    """Confirm the list whose digest was shown: a worker signs it. The same confirmation twice is one.

    The page has asked for a fresh and strong proof of the person just before (`identity.require_assurance`).
    Raise ConflictError when the list is too old, is not this one, or was changed in the database since.
    """
    with transaction.atomic():
        batch = locked_batch(batch_id, actor)
        grants = access.require(
            actor, Action.ACT_SIGN, organisation=batch.organisation_id, process=EVERY_PROCESS
        ).grants
        if bytes(batch.digest) != digest or digest_of(lines_of(batch), scheme=batch.scheme) != digest:
            raise ConflictError(
                "batch_changed", "La liste affichée n’est pas celle de ce lot. Abandonnez-le et recommencez."
            )
        if batch.state in {BatchState.CONFIRMED, BatchState.WAITING_TIME, BatchState.DONE}:
            return
        if batch.state != BatchState.FROZEN or batch.frozen_at + CONFIRM_WITHIN < now():
            raise ConflictError("batch_too_old", "Ce lot n’est plus à confirmer. Préparez-en un nouveau.")
        _authorise(batch, actor)
        items = BatchEntry.objects.filter(batch=batch, state=EntryState.PENDING).values_list("item_id", flat=True)
        Item.objects.filter(id__in=list(items), state=ItemState.TO_SIGN).update(
            state=ItemState.SIGNING, changed_at=now()
        )
        outbox.send("signing.sign_batch", lock=f"batch-{batch.id}", batch=batch.id)
        ledger.record(
            actor=actor,
            action="signing.batch_confirmed",
            subject=f"batch:{batch.id}",
            grants=grants,
            details={"count": batch.count, "digest": digest.hex()},
        )


def _authorise(batch: SigningBatch, actor: Actor) -> None:
    batch.state, batch.confirmed_at, batch.confirmed_by = BatchState.CONFIRMED, now(), actor.reference
    batch.authorised_until = now() + SIGN_WITHIN
    batch.seal = authorisation_of(batch).sealed(installation.seal_secret()).seal
    batch.save()


def authorisation_of(batch: SigningBatch) -> Authorisation:
    """Return what the signer checks. Raise ValueError when the batch was not confirmed."""
    if batch.authorised_until is None:
        raise ValueError("not confirmed")
    return Authorisation(
        batch=batch.id,
        key=batch.certificate.key.name,
        digest=bytes(batch.digest),
        count=batch.count,
        by=batch.confirmed_by,
        expires_at=batch.authorised_until,
        seal=bytes(batch.seal),
    )


def lines_of(batch: SigningBatch) -> list[Line]:
    """Return the list, as it is in the database."""
    rows = BatchEntry.objects.filter(batch=batch).order_by("position")
    return [
        Line(item, bytes(document), bytes(digest))
        for item, document, digest in rows.values_list("item_id", "document_sha256", "digest")
    ]


def locked_batch(batch_id: UUID, actor: Actor) -> SigningBatch:
    """Return a batch of this officer, locked. Raise AbsentError."""
    batch = (
        SigningBatch.objects.select_for_update(of=("self",))
        .select_related("certificate__key")
        .filter(id=batch_id, officer_id=actor.person)
        .first()
    )
    if batch is None:
        raise AbsentError("unknown_batch", "Ce lot n’existe pas.")
    return batch
