"""Registers, their entries, who imported them, and who watches over them."""

from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.preservation.enums import EntryKind, IntakeState, LegalState, Office, RegisterKind


class Jurisdiction(models.Model):
    """An office of a court watches over the registers of a commune. One registry and one prosecutor a commune."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=10, choices=Office.choices)
    commune = models.ForeignKey("directory.Commune", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("office", "commune"), name="jurisdiction_one_office"),)

    def __str__(self) -> str:
        return f"{self.office} {self.commune_id}"


class Register(models.Model):
    """One volume of a register of civil status, kept by ``organisation`` for a commune.

    ``commune_code`` is the INSEE code at the time of the acts: a delegated commune keeps its own. ``size`` counts the
    entries, ``linked`` those that the chain of objects already holds; both only grow.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, related_name="+")
    commune_code = models.CharField(max_length=5)
    kind = models.CharField(max_length=20, choices=RegisterKind.choices)
    year = models.PositiveSmallIntegerField()
    volume = models.PositiveSmallIntegerField(default=1)
    size = models.PositiveIntegerField(default=0)
    linked = models.PositiveIntegerField(default=0)
    closed_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("commune_code", "kind", "year", "volume"), name="register_once"),
            models.CheckConstraint(condition=Q(year__gte=1792, year__lte=2200), name="register_year"),
            models.CheckConstraint(condition=Q(linked__lte=models.F("size")), name="register_linked_within"),
        )
        indexes = (models.Index(fields=("organisation", "year", "kind"), name="register_of"),)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name that entries bear, for example ``35238/naissance/2024/1``."""
        return f"{self.commune_code}/{self.kind}/{self.year}/{self.volume}"


class Entry(models.Model):
    """One entry of a register, never changed: an act (``version`` 0), or a mention or change of state after it.

    ``content`` is canonical JSON (`entries.Content`), ``leaf`` commits to it with ``salt``; ``previous`` is the leaf of
    the act's entry before this one, none for an act.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    number = models.PositiveIntegerField()
    suffix = models.CharField(max_length=10, blank=True)
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=LegalState.choices, default=LegalState.VALID)
    previous = models.BinaryField(max_length=32, null=True, blank=True)
    content = models.TextField()
    salt = models.BinaryField(max_length=16)
    leaf = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("register", "position"), name="register_position_once"),
            models.UniqueConstraint(fields=("register", "number", "suffix", "version"), name="register_version_once"),
            models.CheckConstraint(
                condition=Q(version=0, kind="acte", previous__isnull=True)
                | Q(version__gt=0, previous__isnull=False) & ~Q(kind="acte"),
                name="register_act_comes_first",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}{self.suffix} v{self.version}"


class Intake(models.Model):
    """An import of a file into a register. ``lines`` is how many of its lines are kept: the next run goes on there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="intakes")
    sha256 = models.BinaryField(max_length=32)
    lines = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=IntakeState.choices, default=IntakeState.RUNNING)
    started_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("register", "sha256"), name="intake_file_once"),)

    def __str__(self) -> str:
        return f"{self.register_id}: {self.lines}"
