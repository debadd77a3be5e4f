"""Who must approve and sign, in which order; who answers for someone absent."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.signing.enums import Level, StepKind


class Circuit(models.Model):
    """An ordered list of steps, chosen when a document is submitted. Archived, it takes no new document."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    # What accompanies the last signature of a PDF; other forms are made B-T.
    level = models.CharField(max_length=5, choices=Level.choices, default=Level.B_T, db_default=Level.B_T)
    # Other organisations that have a step here: they see the circuit, and choose who answers for them.
    partners = ArrayField(models.UUIDField(), null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "name"), condition=Q(archived_at=None), name="circuit_name_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class CircuitStep(models.Model):
    """One step of a circuit. ``organisation`` is a partner's, none for the circuit's own.

    A partner's step has no officer until its administrator has chosen one: the circuit takes no document before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    circuit = models.ForeignKey(Circuit, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, null=True, blank=True)
    officer = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("circuit", "position"), name="circuitstep_position_once"),)
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position}. {self.kind}"


class Delegation(models.Model):
    """While an officer is absent, another one answers in their place, with their own key and name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE)
    officer = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")
    delegate = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_dates"),
            models.CheckConstraint(condition=~Q(officer=F("delegate")), name="delegation_to_another"),
        )

    def __str__(self) -> str:
        return f"{self.officer_id} → {self.delegate_id}"
