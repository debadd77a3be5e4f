"""Keep proofs provable: one evidence record a document, one timestamp a batch, renewed before it grows weak.

``PARVIS_EVIDENCE_DIGEST`` (sha256) is the digest wanted: when it changes, each record gets a new tree over the document
itself and all that proved it (RFC 4998 §5.2).
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from parvis.core import env
from parvis.core.clock import now
from parvis.documents import queries as documents
from parvis.signing import installation
from parvis.signing.enums import BatchState, EntryState
from parvis.signing.models import BatchEntry, SigningBatch
from parvis.signing.time import evidence, records, tokens
from parvis.signing.time.client import NoTimeError

logger = logging.getLogger(__name__)
RENEW_BEFORE = timedelta(days=90)
BATCHES_AT_ONCE = 50


def keep_evidence() -> int:
    """Make and renew what is due. Return how many batches. Without time, what is due waits for the next run."""
    wanted = env.text("PARVIS_EVIDENCE_DIGEST", "sha256")
    done = 0
    for batch in _due(wanted):
        try:
            _keep(batch, wanted)
        except NoTimeError as error:
            logger.warning("evidence_waits_for_time", extra={"why": error.reasons})
            break
        done += 1
    return done


def _due(wanted: str) -> list[UUID]:
    """Batches without records, with records that age, or of another digest than the one wanted."""
    finished = SigningBatch.objects.filter(state=BatchState.DONE, entries__state=EntryState.DONE)
    new = finished.filter(evidence_until=None)
    old = finished.filter(evidence_until__lt=now() + RENEW_BEFORE)
    other = finished.filter(evidence_until__isnull=False).exclude(evidence_digest=wanted)
    found = [*new.values_list("id", flat=True), *old.values_list("id", flat=True), *other.values_list("id", flat=True)]
    return list(dict.fromkeys(found))[:BATCHES_AT_ONCE]


def _keep(batch_id: UUID, wanted: str) -> None:
    """One token for the whole batch. The row is locked: two workers ask for one."""
    with transaction.atomic():
        batch = SigningBatch.objects.select_for_update().get(id=batch_id)
        entries = list(BatchEntry.objects.filter(batch=batch, state=EntryState.DONE).order_by("position"))
        for entry, record in zip(entries, _records(batch, entries, wanted), strict=True):
            entry.evidence = record
        BatchEntry.objects.bulk_update(entries, ["evidence"], batch_size=100)
        last = records.read(bytes(entries[0].evidence or b"")).chains[-1][-1]
        batch.evidence_until = tokens.read(last.token).certificate.not_valid_after_utc
        batch.evidence_digest = last.algorithm
        batch.save()


def _records(batch: SigningBatch, entries: Sequence[BatchEntry], wanted: str) -> list[bytes]:
    stamp = installation.clock().stamp
    kept = [bytes(entry.evidence) for entry in entries if entry.evidence]
    if len(kept) < len(entries):
        return evidence.make([_digest(entry, wanted) for entry in entries], stamp, algorithm=wanted)
    if batch.evidence_digest != wanted:
        return evidence.renew_trees(kept, [_digest(entry, wanted) for entry in entries], stamp, algorithm=wanted)
    return evidence.renew_tokens(kept, stamp)


def _digest(entry: BatchEntry, algorithm: str) -> bytes:
    hashed = hashlib.new(algorithm)
    if entry.result is not None:
        for chunk in documents.content(entry.result):
            hashed.update(chunk)
    return hashed.digest()
