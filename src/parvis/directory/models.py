"""Tables of the directory context."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from parvis.core.clock import now, today
from parvis.core.ids import new_id
from parvis.directory.enums import (
    CommuneKind,
    FormerKind,
    KeySource,
    LinkStrength,
    MembershipState,
    OrganisationKind,
    OrganisationState,
    UnitKind,
    Zone,
)

CODE_PATTERN = r"^[0-9][0-9AB][0-9]{3}$"  # 2A004: Corsica's departments are 2A and 2B
POSTCODE_LENGTH = 5


class Commune(models.Model):
    """A present commune, or a municipal arrondissement of Paris, Lyon or Marseille (INSEE, code officiel géographique).

    ``key`` is the name as `rules.normalise` writes it; ``population`` counts residents (population municipale, legal
    figures of the COG release), null where INSEE publishes none; ``parent`` is the city of an arrondissement.
    ``is_current`` is false for a commune that a later release dropped while an organisation still points at it.
    """

    code = models.CharField(primary_key=True, max_length=5)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=CommuneKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="arrondissements")
    department = models.CharField(max_length=3, db_index=True)
    region = models.CharField(max_length=3)
    zone = models.CharField(max_length=5, choices=Zone)
    siren = models.CharField(max_length=9, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    postcodes = ArrayField(models.CharField(max_length=POSTCODE_LENGTH), default=list)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(code__regex=CODE_PATTERN), name="commune_code_form"),
            models.CheckConstraint(
                condition=Q(kind=CommuneKind.COMMUNE, parent__isnull=True)
                | Q(kind=CommuneKind.ARRONDISSEMENT, parent__isnull=False),
                name="commune_parent_iff_arrondissement",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class FormerCommune(models.Model):
    """A code or a name that once designated a commune, and the present commune that succeeded it.

    A delegated commune often bears the same code as the commune that absorbed it, hence the surrogate key; ``name``
    is empty when the source only kept the code.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=5, db_index=True)
    name = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=20, choices=FormerKind)
    present = models.ForeignKey(Commune, models.CASCADE, related_name="former")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("code", "name", "present"), name="former_commune_unique"),
            models.CheckConstraint(condition=Q(code__regex=CODE_PATTERN), name="former_commune_code_form"),
        )

    def __str__(self) -> str:
        return f"{self.name or self.code} → {self.present_id}"


class PlaceKey(models.Model):
    """One thing people type to mean a commune: its name, a postcode, its code, an old name, an old code.

    Derived from `Commune` and `FormerCommune` at each import; nothing else writes it.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=100)
    source = models.CharField(max_length=12, choices=KeySource)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="keys")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("commune", "source", "key"), name="place_key_unique"),)
        # A prefix search needs the C ordering of text_pattern_ops; the word index is in the migration (expression).
        indexes = (models.Index(fields=("key",), name="place_key_prefix", opclasses=("varchar_pattern_ops",)),)

    def __str__(self) -> str:
        return self.key


class Organisation(models.Model):
    """A legal person or one of its establishments that takes part in exchanges.

    The hub knows it by SIRET and branch: ``branch_code`` is the INSEE code of a commune, `NO_BRANCH` elsewhere.
    """

    NO_BRANCH: ClassVar[str] = "00000"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=OrganisationKind)
    name = models.CharField(max_length=200)
    siret = models.CharField(max_length=14)
    branch_code = models.CharField(max_length=10, default=NO_BRANCH)
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="organisations")
    email = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=OrganisationState, default=OrganisationState.ACTIVE)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("siret", "branch_code"), name="organisation_siret_branch_unique"),
            models.UniqueConstraint(
                fields=("commune",),
                condition=Q(kind=OrganisationKind.COMMUNE, state=OrganisationState.ACTIVE),
                name="organisation_one_active_per_commune",
            ),
            models.CheckConstraint(condition=Q(siret__regex=r"^[0-9]{14}$"), name="organisation_siret_form"),
            models.CheckConstraint(
                condition=Q(branch_code__regex=r"^[0-9A-Za-z_-]{1,10}$"), name="organisation_branch_form"
            ),
            models.CheckConstraint(
                condition=~Q(kind=OrganisationKind.COMMUNE) | Q(commune__isnull=False),
                name="organisation_commune_is_somewhere",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A node of an organisation's tree: direction, service, bureau. The root is the organisation itself.

    ``path`` is ``/<root id>/…/<own id>/`` with ids in 32 hexadecimal digits: a subtree is a prefix. ``valid_to`` is
    the first day on which the unit no longer exists. The parent is in the same organisation by a composite key that
    the migration adds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=200)
    # The organisation's own short name of it (« DEC », « 15 »), the key of an import; empty when it has none.
    code = models.CharField(max_length=30, blank=True, db_default="")
    kind = models.CharField(max_length=20, choices=UnitKind)
    path = models.TextField(editable=False)
    valid_from = models.DateField(default=today)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=UnitKind.ORGANISATION, parent__isnull=True)
                | (~Q(kind=UnitKind.ORGANISATION) & Q(parent__isnull=False)),
                name="unit_root_is_the_organisation",
            ),
            models.UniqueConstraint(
                fields=("organisation",), condition=Q(parent__isnull=True), name="unit_one_root_per_organisation"
            ),
            models.UniqueConstraint(
                fields=("parent", "name"), condition=Q(valid_to__isnull=True), name="unit_name_unique_among_siblings"
            ),
            models.UniqueConstraint(
                fields=("organisation", "code"),
                condition=Q(valid_to__isnull=True) & ~Q(code=""),
                name="unit_code_unique_in_organisation",
            ),
            models.UniqueConstraint(fields=("id", "organisation"), name="unit_id_organisation"),
            models.UniqueConstraint(fields=("path",), name="unit_path_unique"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="unit_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="unit_has_a_name"),
        )
        indexes = (models.Index(fields=("path",), name="unit_path_prefix", opclasses=("text_pattern_ops",)),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person works for an organisation, in one of its units or in the whole of it.

    ``ends_on`` is the last day of the membership, included; null while no end is known. The unit is in the same
    organisation by a composite key that the migration adds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("identity.Account", models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="memberships")
    title = models.CharField(max_length=150, blank=True)
    link = models.CharField(max_length=10, choices=LinkStrength, db_default=LinkStrength.DECLARED)
    # Someone of another employer (an editor's technician, a trainee): shown as such wherever rights are given.
    is_external = models.BooleanField(db_default=False)
    state = models.CharField(max_length=10, choices=MembershipState, db_default=MembershipState.ACTIVE)
    starts_on = models.DateField(default=today)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="membership_dates_in_order"
            ),
            models.UniqueConstraint(fields=("id", "organisation"), name="membership_id_organisation"),
            models.CheckConstraint(condition=Q(link__in=LinkStrength.values), name="membership_link_known"),
            models.CheckConstraint(condition=Q(state__in=MembershipState.values), name="membership_state_known"),
            models.UniqueConstraint(
                fields=("account", "organisation", "unit"),
                condition=Q(ends_on__isnull=True),
                nulls_distinct=False,
                name="membership_one_open_per_unit",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} @ {self.organisation_id}"
