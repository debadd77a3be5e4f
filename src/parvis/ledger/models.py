"""Tables of the journal. The migration forbids changing or deleting what they hold."""

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from parvis.core.ids import new_id
from parvis.ledger.enums import ActorKind, Alarm, Outcome

ACTION_PATTERN = r"^[a-z][a-z0-9_.:-]*$"


class Entry(models.Model):
    """One act: who, acting for whom, did what, on what, why, by which right, about whom.

    ``digest`` commits to the whole entry and is what the Merkle tree holds. ``private_digest`` commits, with ``salt``,
    to what may be erased: ``actor_label``, ``about`` and ``details`` (canonical JSON, kept as the exact text that was
    hashed). An erased entry has no salt left; the rest of it stays verifiable (see `rules`).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    acting_for = models.UUIDField(null=True)
    action = models.TextField()
    subject = models.TextField()
    purpose = models.TextField(blank=True)
    legal_basis = models.TextField(blank=True)
    grants = ArrayField(models.UUIDField(), default=list)
    outcome = models.CharField(max_length=10, choices=Outcome)
    actor_label = models.TextField(blank=True)
    about = models.UUIDField(null=True)
    details = models.TextField(blank=True)
    salt = models.BinaryField(null=True)
    private_digest = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(action__regex=ACTION_PATTERN), name="entry_action_form"),
            models.CheckConstraint(condition=~Q(subject=""), name="entry_has_a_subject"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="entry_outcome_known"),
            models.CheckConstraint(
                condition=Q(salt__isnull=False) | Q(details="", about__isnull=True, actor_label=""),
                name="entry_erased_wholly",
            ),
        )
        indexes = (
            models.Index(fields=("about", "id"), condition=Q(about__isnull=False), name="entry_about"),
            models.Index(fields=("subject", "id"), name="entry_subject"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    @property
    def facts(self) -> dict[str, Any]:
        """The details as a mapping, empty when there were none or when they were erased."""
        return dict(json.loads(self.details)) if self.details else {}

    @property
    def is_erased(self) -> bool:
        """Whether the personal part was erased at the person's request."""
        return self.salt is None


class Pending(models.Model):
    """An entry that is committed, or about to be, and not yet in the tree: the sequencer empties this table.

    A queue, because the order of ids is not the order of commits: a reader that remembers "the last one seen" skips
    the entry whose transaction ends late. The key is not enforced: the same statement writes both rows.
    """

    entry = models.OneToOneField(Entry, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+")
    digest = models.BinaryField()

    def __str__(self) -> str:
        return str(self.entry_id)


class Leaf(models.Model):
    """Where an entry stands in the tree, counted from 0."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="leaf")

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(position__gte=0), name="leaf_position_from_zero"),)

    def __str__(self) -> str:
        return f"{self.position} {self.entry_id}"


class Tile(models.Model):
    """Up to 256 consecutive hashes of one level of the tree, as C2SP tlog-tiles cuts it (level 0: leaf hashes)."""

    id = models.BigAutoField(primary_key=True)
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("level", "number"), name="tile_unique"),
            models.CheckConstraint(condition=Q(number__gte=0), name="tile_number_from_zero"),
        )

    def __str__(self) -> str:
        return f"tile/{self.level}/{self.number}"


class Checkpoint(models.Model):
    """A signed statement "the tree of this size has this root" (C2SP tlog-checkpoint)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(size__gt=0), name="checkpoint_of_something"),)

    def __str__(self) -> str:
        return f"{self.size}"


class Witness(models.Model):
    """Someone apart from the operator who cosigns checkpoints: a tribunal, a town (C2SP tlog-witness).

    ``key`` is its public key, ``url`` its submission prefix. ``size`` is the last tree it is known to have seen.
    ``next_at`` is when it may be asked again; it is also the lease of the job that asks. ``alarm`` is what it showed to
    be wrong, kept until the operator looked at it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField()
    key = models.TextField()
    url = models.TextField()
    added_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)
    next_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    alarm = models.CharField(max_length=20, blank=True, choices=Alarm)
    alarm_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("key",), condition=Q(dropped_at__isnull=True), name="witness_key_once"),
            models.CheckConstraint(condition=Q(alarm__in=["", *Alarm.values]), name="witness_alarm_known"),
            models.CheckConstraint(condition=Q(size__gte=0), name="witness_size_from_zero"),
        )

    def __str__(self) -> str:
        return self.name


class Cosignature(models.Model):
    """The line by which a witness cosigned a checkpoint."""

    id = models.BigAutoField(primary_key=True)
    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    witness = models.ForeignKey(Witness, models.PROTECT, related_name="cosignatures")
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("checkpoint", "witness"), name="cosignature_once"),)

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.witness_id}"


class Stamp(models.Model):
    """A timestamp (RFC 3161) over a checkpoint and over the stamp before it (`core.tlog.stamps`)."""

    checkpoint = models.OneToOneField(Checkpoint, models.PROTECT, primary_key=True, related_name="stamp")
    token = models.BinaryField()
    previous = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("previous",), name="stamp_follows_one"),)

    def __str__(self) -> str:
        return str(self.checkpoint_id)
