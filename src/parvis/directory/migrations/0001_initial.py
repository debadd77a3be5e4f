"""Communes, organisations, unit trees and memberships, with the constraints that Django cannot express."""

import django.contrib.postgres.fields
import django.db.models.deletion
import parvis.core.clock
import parvis.core.ids
from django.conf import settings
from django.db import migrations, models


# A parent, and the unit of a membership, belong to the same organisation: the pair is the foreign key. MATCH SIMPLE
# lets a null unit through. Deferred like Django's own keys.
SAME_ORGANISATION = """
ALTER TABLE directory_unit ADD CONSTRAINT unit_parent_same_organisation
    FOREIGN KEY (parent_id, organisation_id) REFERENCES directory_unit (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE directory_membership ADD CONSTRAINT membership_unit_same_organisation
    FOREIGN KEY (unit_id, organisation_id) REFERENCES directory_unit (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
ANY_ORGANISATION = """
ALTER TABLE directory_membership DROP CONSTRAINT membership_unit_same_organisation;
ALTER TABLE directory_unit DROP CONSTRAINT unit_parent_same_organisation;
"""
# The path of a unit ends with its own id: whatever writes it, a subtree stays a prefix.
PATH_ENDS_WITH_ID = """
ALTER TABLE directory_unit ADD CONSTRAINT unit_path_ends_with_id
    CHECK (path LIKE '/%' AND right(path, 33) = replace(id::text, '-', '') || '/');
"""
ANY_PATH = "ALTER TABLE directory_unit DROP CONSTRAINT unit_path_ends_with_id;"
# Words inside a name. The "simple" configuration keeps words as they are: the keys are already normalised.
WORDS = """
CREATE INDEX place_key_words ON directory_placekey USING gin (to_tsvector('simple'::regconfig, key))
    WHERE source IN ('name', 'former_name');
"""
NO_WORDS = "DROP INDEX place_key_words;"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Commune",
            fields=[
                ("code", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[("commune", "Commune"), ("arrondissement", "Arrondissement municipal")], max_length=20
                    ),
                ),
                ("department", models.CharField(db_index=True, max_length=3)),
                ("region", models.CharField(max_length=3)),
                (
                    "zone",
                    models.CharField(
                        choices=[
                            ("metro", "Métropole"),
                            ("drom", "Département ou région d’outre-mer"),
                            ("com", "Collectivité d’outre-mer"),
                        ],
                        max_length=5,
                    ),
                ),
                ("siren", models.CharField(blank=True, max_length=9)),
                ("population", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "postcodes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5), default=list, size=None
                    ),
                ),
                ("is_current", models.BooleanField(default=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrondissements",
                        to="directory.commune",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FormerCommune",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(db_index=True, max_length=5)),
                ("name", models.CharField(blank=True, max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deleguee", "Commune déléguée"),
                            ("associee", "Commune associée"),
                            ("ancienne", "Ancienne commune"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "present",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former", to="directory.commune"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=parvis.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("commune", "Commune"),
                            ("epci", "Intercommunalité"),
                            ("departement", "Département"),
                            ("region", "Région"),
                            ("syndicat", "Syndicat"),
                            ("ccas", "Centre communal d’action sociale"),
                            ("etat", "Service de l’État"),
                            ("operator", "Organisme chargé d’une mission de service public"),
                            ("requester", "Organisme demandeur (notaire, caisse…)"),
                            ("editor", "Éditeur de logiciel"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("siret", models.CharField(max_length=14)),
                ("branch_code", models.CharField(default="00000", max_length=10)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("closed", "Fermée")], default="active", max_length=10
                    ),
                ),
                ("created_at", models.DateTimeField(default=parvis.core.clock.now, editable=False)),
                (
                    "commune",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="directory.commune",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlaceKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=100)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("name", "Nom"),
                            ("code", "Code INSEE"),
                            ("postcode", "Code postal"),
                            ("former_name", "Ancien nom"),
                            ("former_code", "Ancien code INSEE"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="directory.commune"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=parvis.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("organisation", "Organisation"),
                            ("direction", "Direction"),
                            ("service", "Service"),
                            ("bureau", "Bureau"),
                        ],
                        max_length=20,
                    ),
                ),
                ("path", models.TextField(editable=False)),
                ("valid_from", models.DateField(default=parvis.core.clock.today)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="units", to="directory.organisation"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="directory.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(default=parvis.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.CharField(blank=True, max_length=150)),
                ("starts_on", models.DateField(default=parvis.core.clock.today)),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="directory.organisation",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="directory.unit",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="commune",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9][0-9AB][0-9]{3}$")), name="commune_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="commune",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "commune"), ("parent__isnull", True)),
                    models.Q(("kind", "arrondissement"), ("parent__isnull", False)),
                    _connector="OR",
                ),
                name="commune_parent_iff_arrondissement",
            ),
        ),
        migrations.AddConstraint(
            model_name="formercommune",
            constraint=models.UniqueConstraint(fields=("code", "name", "present"), name="former_commune_unique"),
        ),
        migrations.AddConstraint(
            model_name="formercommune",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9][0-9AB][0-9]{3}$")), name="former_commune_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                fields=("siret", "branch_code"), name="organisation_siret_branch_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "commune"), ("state", "active")),
                fields=("commune",),
                name="organisation_one_active_per_commune",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("siret__regex", "^[0-9]{14}$")), name="organisation_siret_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("branch_code__regex", "^[0-9A-Za-z_-]{1,10}$")), name="organisation_branch_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "commune"), _negated=True), ("commune__isnull", False), _connector="OR"
                ),
                name="organisation_commune_is_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="organisation_has_a_name"
            ),
        ),
        migrations.AddIndex(
            model_name="placekey",
            index=models.Index(fields=["key"], name="place_key_prefix", opclasses=("varchar_pattern_ops",)),
        ),
        migrations.AddConstraint(
            model_name="placekey",
            constraint=models.UniqueConstraint(fields=("commune", "source", "key"), name="place_key_unique"),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["path"], name="unit_path_prefix", opclasses=("text_pattern_ops",)),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "organisation"), ("parent__isnull", True)),
                    models.Q(models.Q(("kind", "organisation"), _negated=True), ("parent__isnull", False)),
                    _connector="OR",
                ),
                name="unit_root_is_the_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("parent__isnull", True)),
                fields=("organisation",),
                name="unit_one_root_per_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to__isnull", True)),
                fields=("parent", "name"),
                name="unit_name_unique_among_siblings",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("id", "organisation"), name="unit_id_organisation"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("path",), name="unit_path_unique"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="unit_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="unit_has_a_name"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="membership_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("account", "organisation", "unit"),
                name="membership_one_open_per_unit",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(SAME_ORGANISATION, ANY_ORGANISATION),
        migrations.RunSQL(PATH_ENDS_WITH_ID, ANY_PATH),
        migrations.RunSQL(WORDS, NO_WORDS),
    ]
