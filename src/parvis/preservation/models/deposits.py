"""Deposits of registers at the registry of the court."""

from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.preservation.enums import DepositState, SedaVersion


class Deposit(models.Model):
    """The first ``size`` entries of a register under one signed ``root``, handed to the registry of the court.

    ``follows`` is the accepted deposit that this one completes: its tree is proved to extend that one's. ``replaces``
    is the one found wrong. ``statement`` is the text that is signed; ``signature`` and ``package`` are contents kept
    (SHA-256); ``report`` is the result of the registry's verification; ``proof`` the place of the signature's act in
    the journal. ``linked_at`` is when the register's chain last told this deposit.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    register = models.ForeignKey("preservation.Register", on_delete=models.PROTECT, related_name="deposits")
    number = models.PositiveSmallIntegerField()
    registry = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=DepositState.choices, default=DepositState.PREPARED)
    size = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seda = models.CharField(max_length=5, choices=SedaVersion.choices)
    statement = models.TextField()
    item = models.UUIDField(null=True, blank=True)
    signature = models.BinaryField(max_length=32, null=True, blank=True)
    package = models.BinaryField(max_length=32, null=True, blank=True)
    evidence = models.BinaryField(max_length=32, null=True, blank=True)
    report = models.JSONField(default=dict)
    proof = models.JSONField(default=dict)
    prepared_by = models.ForeignKey(
        "identity.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prepared_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)
    linked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("register", "number"), name="deposit_number_once"),
            models.UniqueConstraint(
                fields=("register",),
                condition=Q(state__in=("prepared", "signed", "deposited", "verified")),
                name="deposit_one_open",
            ),
            models.UniqueConstraint(
                fields=("register", "size"), condition=Q(state="accepted"), name="deposit_accepted_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("prepared", "withdrawn")) | Q(signature__isnull=False), name="deposit_is_signed"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("prepared", "signed", "withdrawn")) | Q(package__isnull=False),
                name="deposit_has_its_package",
            ),
        )
        indexes = (models.Index(fields=("registry", "state", "id"), name="deposit_received"),)

    def __str__(self) -> str:
        return f"{self.register_id} n° {self.number}: {self.state}"


class DepositMove(models.Model):
    """One move of a deposit: who, when, why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deposit = models.ForeignKey(Deposit, on_delete=models.CASCADE, related_name="moves")
    state = models.CharField(max_length=12, choices=DepositState.choices)
    at = models.DateTimeField(default=now, editable=False)
    author = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.deposit_id}: {self.state}"
