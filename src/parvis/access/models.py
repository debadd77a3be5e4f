"""Tables of the access context. Each bears its organisation: the one whose rights it speaks of."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from parvis.access.enums import EVERY_PROCESS, Action, PrincipalKind, SeparationKind
from parvis.core.clock import now
from parvis.core.ids import new_id

LONGEST = timedelta(days=366)
"""No right given to people, and no mandate, lasts longer: it is given again."""


class Grant(models.Model):
    """A right: this principal may do these actions for this organisation on this process, until then.

    ``unit`` bounds it to a subtree (null: the whole organisation), ``condition`` to some objects (`conditions`), the
    minima to sure enough sessions, ``depth`` says how many times it may be passed on. ``effective_to`` is the earliest
    end over the chain of its parents, kept by the commands; null when none has an end. A ``pending`` grant opens
    nothing until a second administrator approves it. The perimeter and the parent are of the same organisation by
    composite keys that the migration adds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal_kind = models.CharField(max_length=10, choices=PrincipalKind.choices)
    principal_id = models.UUIDField()
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE)
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    process_code = models.CharField(max_length=30, default=EVERY_PROCESS)
    actions = ArrayField(models.CharField(max_length=30, choices=Action.choices))
    condition = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    min_identity = models.PositiveSmallIntegerField(db_default=0)
    min_authn = models.PositiveSmallIntegerField(db_default=0)
    min_org = models.PositiveSmallIntegerField(db_default=0)
    depth = models.PositiveSmallIntegerField(db_default=0)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    reason = models.CharField(max_length=300, blank=True, db_default="")
    valid_from = models.DateTimeField(default=now)
    valid_to = models.DateTimeField(null=True, blank=True)
    effective_to = models.DateTimeField(null=True, blank=True)
    pending = models.BooleanField(db_default=False)
    approved_by = models.CharField(max_length=60, blank=True, db_default="")
    approved_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=60, blank=True, db_default="")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=60, blank=True, db_default="")
    granted_by = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="grant_dates"),
            models.CheckConstraint(condition=~Q(actions=[]), name="grant_allows_something"),
            models.UniqueConstraint(fields=("id", "organisation"), name="grant_id_organisation"),
            # Not checked on the rows that were there before it (docs/adr/0021-delegated-rights.md).
            models.CheckConstraint(
                condition=Q(principal_kind=PrincipalKind.CLIENT)
                | Q(valid_to=None)
                | Q(valid_to__lte=F("valid_from") + LONGEST),
                name="grant_twelve_months_at_most",
            ),
            models.CheckConstraint(
                condition=Q(min_identity__lte=3, min_authn__lte=3, min_org__lte=2, depth__lte=5), name="grant_scales"
            ),
            models.CheckConstraint(
                condition=~Q(principal_kind=PrincipalKind.MANDATE)
                | ~Q(actions__overlap=["members:manage", "platform:administer", "act:sign", "mandate:use"]),
                name="grant_never_by_mandate",
            ),
        )
        indexes = (
            models.Index(fields=("principal_kind", "principal_id"), name="grant_principal"),
            models.Index(fields=("organisation", "process_code"), name="grant_organisation"),
        )

    def __str__(self) -> str:
        return f"{self.principal_kind} {self.principal_id}: {', '.join(self.actions)}"


class Mandate(models.Model):
    """An organisation (the mandant) lets an editor act for it, by an act of its own, for twelve months at most.

    Its lines are grants whose principal is the mandate. Whoever acts under it says for whom (`Actor.acting_for`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", models.PROTECT, related_name="mandates_given")
    editor = models.ForeignKey("directory.Organisation", models.PROTECT, related_name="mandates_received")
    act_reference = models.CharField(max_length=100)
    act_sha256 = models.CharField(max_length=64)
    signed_on = models.DateField()
    valid_from = models.DateTimeField(default=now)
    valid_to = models.DateTimeField()
    granted_by = models.CharField(max_length=60)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=60, blank=True, db_default="")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(organisation=F("editor")), name="mandate_to_someone_else"),
            models.CheckConstraint(condition=Q(act_sha256__regex=r"^[0-9a-f]{64}$"), name="mandate_act_fingerprint"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="mandate_dates"),
            models.CheckConstraint(
                condition=Q(valid_to__lte=F("valid_from") + LONGEST), name="mandate_twelve_months_at_most"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} → {self.editor_id}"

    @property
    def is_live(self) -> bool:
        """Whether it may be used at this moment."""
        return self.revoked_at is None and self.valid_from <= now() < self.valid_to


class Cover(models.Model):
    """Someone stands in for an absent colleague, with their rights except those over rights, from a day to a day.

    Both days are included; both memberships are of the same organisation by a composite key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", models.PROTECT, related_name="+")
    absent = models.ForeignKey("directory.Membership", models.PROTECT, related_name="+")
    substitute = models.ForeignKey("directory.Membership", models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    granted_by = models.CharField(max_length=60)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(absent=F("substitute")), name="cover_by_someone_else"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cover_dates"),
        )

    def __str__(self) -> str:
        return f"{self.substitute_id} for {self.absent_id}"


class SeparationRule(models.Model):
    """Two actions that one person may not join, everywhere (no organisation) or at one organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", models.CASCADE, null=True, blank=True, related_name="+")
    process_code = models.CharField(max_length=30, default=EVERY_PROCESS)
    kind = models.CharField(max_length=10, choices=SeparationKind.choices)
    first = models.CharField(max_length=30, choices=Action.choices)
    second = models.CharField(max_length=30, choices=Action.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "process_code", "kind", "first", "second"),
                nulls_distinct=False,
                name="separation_once",
            ),
            models.CheckConstraint(condition=~Q(first=F("second")), name="separation_of_two"),
        )

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"


class SensitiveRight(models.Model):
    """A right that needs a second administrator, beside those of `enums.SENSITIVE`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", models.CASCADE, null=True, blank=True, related_name="+")
    process_code = models.CharField(max_length=30, default=EVERY_PROCESS)
    action = models.CharField(max_length=30, choices=Action.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "process_code", "action"), nulls_distinct=False, name="sensitive_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} on {self.process_code}"
