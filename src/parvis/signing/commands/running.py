"""Sign a confirmed batch: a job that may be killed anywhere, runs again, and signs nothing twice.

Three moves, each durable before the next: the signature is made and kept; it is timestamped; the signed document is
written and the item goes on. A failure of the signer or of every timestamp authority leaves the rest for later.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from django.db import transaction

from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.ledger import commands as ledger
from parvis.signing import installation
from parvis.signing.cms.template import Template
from parvis.signing.commands.answering import go_on
from parvis.signing.commands.batches import authorisation_of, lines_of, template_of
from parvis.signing.enums import (
    LONG_TERM,
    OPEN_ENTRIES,
    BatchState,
    CertificateState,
    EntryState,
    Form,
    ItemState,
    KeyPlace,
    Level,
    StepState,
)
from parvis.signing.events import ItemSigned
from parvis.signing.formats import longterm, making
from parvis.signing.formats.longterm import NotLongTermError
from parvis.signing.formats.prepared import ChangedDocumentError, Prepared, load
from parvis.signing.keys import wire
from parvis.signing.keys.errors import PinRefusedError, SignerError, UnreachableError
from parvis.signing.models import BatchEntry, Item, ItemStep, SigningBatch
from parvis.signing.time.client import NoTimeError
from parvis.signing.trust import Trust

logger = logging.getLogger(__name__)
CHUNK = 25
ASK_TIME_AGAIN = timedelta(minutes=1)
ASK_PROOFS_AGAIN = timedelta(minutes=10)


def sign_batch(*, batch_id: UUID) -> None:
    """Sign what remains of a confirmed batch. Raise SignerError when the signer cannot now: the job is run again."""
    batch = SigningBatch.objects.select_related("certificate__key").filter(id=batch_id).first()
    if batch is None or batch.state not in {BatchState.CONFIRMED, BatchState.WAITING_TIME}:
        return
    run = _Run(batch, template_of(batch.certificate))
    run.sign_all()
    run.finish_all()
    _close(batch_id)


@dataclass
class _Run:
    batch: SigningBatch
    template: Template

    @cached_property
    def trust(self) -> Trust:
        """Whom to trust, with the revocation lists at hand when the run began."""
        return installation.timestamp_trust()

    def sign_all(self) -> None:
        """Have every pending document signed, by small groups."""
        if self._refused_code():
            self._fail(self._refused_code())
            return
        if self.batch.certificate.key.backend == KeyPlace.CARD:
            self._put_aside_late()  # the officer's card signs, from their browser
            return
        lines = lines_of(self.batch)
        while group := self._pending():
            places = [entry.position for entry in group]
            try:
                signatures = installation.signer().sign(
                    authorisation_of(self.batch), lines, wire.load_scheme(self.batch.scheme), places
                )
            except (UnreachableError, PinRefusedError):
                raise
            except SignerError as error:
                logger.warning("batch_refused_by_signer", extra={"batch": str(self.batch.id), "code": error.code})
                self._fail(error.code)
                return
            self._keep(group, signatures)

    def _refused_code(self) -> str:
        self.batch.certificate.refresh_from_db()
        if self.batch.certificate.state == CertificateState.REVOKED:
            return "certificate_revoked"
        until = self.batch.authorised_until
        return "confirmation_expired" if until is None or until <= now() else ""

    def _pending(self) -> list[BatchEntry]:
        """The next documents to sign."""
        self._put_aside_late()
        return list(BatchEntry.objects.filter(batch=self.batch, state=EntryState.PENDING)[:CHUNK])

    def _put_aside_late(self) -> None:
        """Put aside those taken out since the confirmation."""
        late = BatchEntry.objects.filter(batch=self.batch, state=EntryState.PENDING).exclude(
            item__state=ItemState.SIGNING
        )
        late.update(state=EntryState.SKIPPED, code="taken_out")

    def _keep(self, group: Sequence[BatchEntry], signatures: Sequence[bytes]) -> None:
        keep_signatures(group, signatures)

    def _fail(self, code: str) -> None:
        """Nothing more of this batch is signed: the documents wait for another one."""
        with transaction.atomic():
            entries = BatchEntry.objects.select_for_update().filter(batch=self.batch, state=EntryState.PENDING)
            items = [entry.item_id for entry in entries]
            entries.update(state=EntryState.FAILED, code=code)
            Item.objects.filter(id__in=items, state=ItemState.SIGNING).update(state=ItemState.TO_SIGN, changed_at=now())

    def finish_all(self) -> None:
        """Timestamp and write every signed document, by small groups; wait when no authority answers."""
        done: set[UUID] = set()
        early = False
        while group := self._signed(done):
            done.update(entry.id for entry in group)
            made = []
            try:
                for entry in group:
                    try:
                        made.append((entry, self._made(entry)))
                    except NotLongTermError as error:
                        logger.warning("no_proof_yet", extra={"entry": str(entry.id), "why": str(error)})
                        early = True
            except NoTimeError as error:
                logger.warning("no_timestamp", extra={"batch": str(self.batch.id), "why": error.reasons})
                self._wait(ASK_TIME_AGAIN, "no_timestamp")
                return
            self._write(made)
        if early:
            self._wait(ASK_PROOFS_AGAIN, "no_proof_yet")

    def _signed(self, done: set[UUID]) -> list[BatchEntry]:
        rows = BatchEntry.objects.filter(batch=self.batch, state__in=(EntryState.SIGNED, EntryState.WAITING_TIME))
        return list(rows.exclude(id__in=done).select_related("item__circuit")[:CHUNK])

    def _made(self, entry: BatchEntry) -> bytes | None:
        """The signed document; None when what was prepared or stored is damaged. Raise NoTimeError."""
        signature = bytes(entry.signature or b"")
        try:
            prepared = load(bytes(entry.prepared))
            self._check_signed(prepared, signature)
            content = b"".join(stored.content(entry.document))
            tokens = []
            if self.batch.level != Level.B_B:
                digest = making.timestamp_digest(prepared, self.template, signature)
                tokens.append(installation.clock().stamp(digest).encoded)
            made = making.complete(content, prepared, self.template, signature, tokens)
            return self._lasting(entry.item, made)
        except (ChangedDocumentError, ValueError, OSError):
            logger.exception("entry_damaged", extra={"entry": str(entry.id)})
            return None

    def _lasting(self, item: Item, made: bytes) -> bytes:
        """Add what the circuit asks after its last signature. Never less: raise NotLongTermError, NoTimeError."""
        level = max(Level(self.batch.level), Level(item.circuit.level), key=list(Level).index)
        last = not item.steps.filter(position__gt=item.position).exists()
        if item.form != Form.PADES or level not in LONG_TERM or not last:
            return made
        made = longterm.to_lt(made, self.trust)
        return longterm.to_lta(made, self.trust, installation.clock()) if level == Level.B_LTA else made

    def _check_signed(self, prepared: Prepared, signature: bytes) -> None:
        """The signature kept is of what was prepared: neither was exchanged, and the module did not fail silently."""
        key = self.template.certificate.public_key()
        try:
            self.template.scheme.verify(key, signature, prepared.digest)  # type: ignore[arg-type]
        except InvalidSignature as error:
            raise ChangedDocumentError("the signature does not hold") from error

    def _wait(self, delay: timedelta, code: str) -> None:
        """Keep the signatures and try again later: a level lower than what was asked is never made."""
        with transaction.atomic():
            waiting = BatchEntry.objects.filter(
                batch=self.batch, state__in=(EntryState.SIGNED, EntryState.WAITING_TIME)
            )
            waiting.update(state=EntryState.WAITING_TIME, code=code)
            SigningBatch.objects.filter(id=self.batch.id).update(state=BatchState.WAITING_TIME)
            outbox.send("signing.sign_batch", delay=delay, lock=f"batch-{self.batch.id}", batch=self.batch.id)

    def _write(self, made: Sequence[tuple[BatchEntry, bytes | None]]) -> None:
        received = {
            entry.id: documents.receive((content,), documents.Expectation(max_bytes=len(content)))
            for entry, content in made
            if content is not None
        }
        try:
            with transaction.atomic():
                for entry, _ in made:
                    self._end_entry(entry.id, received.get(entry.id))
        finally:
            for one in received.values():
                documents.discard(one)

    def _end_entry(self, entry_id: UUID, received: documents.ReceivedFile | None) -> None:
        entry = BatchEntry.objects.select_for_update().get(id=entry_id)
        if entry.state not in {EntryState.SIGNED, EntryState.WAITING_TIME}:
            return
        item = Item.objects.select_for_update().get(id=entry.item_id)
        if item.state != ItemState.SIGNING:  # refused or withdrawn since: its signature is never given to anyone
            entry.state, entry.code, entry.signature = EntryState.SKIPPED, "taken_out", None
        elif received is None:
            entry.state, entry.code = EntryState.FAILED, "damaged"
            item.state, item.changed_at = ItemState.TO_SIGN, now()
            item.save()
        else:
            entry.state, entry.code, entry.result = EntryState.DONE, "", documents.keep(received)
            _advance(item, entry, received, self.batch)
        entry.save()


def keep_signatures(group: Sequence[BatchEntry], signatures: Sequence[bytes]) -> None:
    """Keep the signatures, each once: of two runs at a time, the second one's are dropped."""
    with transaction.atomic():
        items = Item.objects.select_for_update().filter(id__in=[one.item_id for one in group]).order_by("id")
        still = {item.id for item in items if item.state == ItemState.SIGNING}
        for entry, signature in zip(group, signatures, strict=True):
            waiting = BatchEntry.objects.filter(id=entry.id, state=EntryState.PENDING)
            if entry.item_id in still:
                waiting.update(state=EntryState.SIGNED, signature=signature, signed_at=now())


def _advance(item: Item, entry: BatchEntry, received: documents.ReceivedFile, batch: SigningBatch) -> None:
    """Give a signed document to the next step, or to whoever sent it."""
    step = ItemStep.objects.get(item=item, position=item.position)
    step.state, step.done_by_id, step.done_at = StepState.DONE, batch.officer_id, now()
    step.save()
    item.signature = entry.result
    within = item.form in {"pades", "xades"}
    if within and entry.result is not None:  # the next officer signs the document and this signature
        item.document, item.sha256, item.size = entry.result, received.sha256, received.size
    if not go_on(item):
        item.state, item.officer_id, item.changed_at = ItemState.SIGNED, None, now()
        item.save()
        if entry.result is not None:
            outbox.publish(ItemSigned(item.id, item.source, item.reference, entry.result))
    ledger.record(
        actor=Actor("account", batch.officer_id, acting_for=batch.organisation_id),
        action="signing.signed",
        subject=f"item:{item.id}",
        details={"batch": str(batch.id), "sha256": received.sha256.hex()},
    )


def _close(batch_id: UUID) -> None:
    """End a batch that has nothing open."""
    with transaction.atomic():
        batch = SigningBatch.objects.select_for_update().get(id=batch_id)
        if batch.state == BatchState.DONE or BatchEntry.objects.filter(batch=batch, state__in=OPEN_ENTRIES).exists():
            return
        batch.state, batch.finished_at = BatchState.DONE, now()
        batch.save()
        outbox.send("signing.keep_evidence")
