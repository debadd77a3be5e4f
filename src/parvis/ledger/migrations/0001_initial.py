"""Entries, the tree that holds them, its checkpoints; what is written cannot be changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


SIZES = """
ALTER TABLE ledger_entry ADD CONSTRAINT entry_digest_sizes
    CHECK (octet_length(digest) = 32 AND octet_length(private_digest) = 32);
ALTER TABLE ledger_tile ADD CONSTRAINT tile_size
    CHECK (octet_length(hashes) % 32 = 0 AND octet_length(hashes) BETWEEN 32 AND 8192);
ALTER TABLE ledger_checkpoint ADD CONSTRAINT checkpoint_root_size CHECK (octet_length(root) = 32);
"""
NO_SIZES = """
ALTER TABLE ledger_checkpoint DROP CONSTRAINT checkpoint_root_size;
ALTER TABLE ledger_tile DROP CONSTRAINT tile_size;
ALTER TABLE ledger_entry DROP CONSTRAINT entry_digest_sizes;
"""

# Append-only. Two changes remain possible: erasing the personal part of an entry (its digests stay), and appending
# hashes to the last tile of a level. The guard protects from mistakes; the tree and its checkpoints from malice.
GUARDS = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal is append-only: % on % is forbidden', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ledger_entry_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.salt IS NOT NULL AND NEW.salt IS NULL
       AND (NEW.id, NEW.at, NEW.actor_kind, NEW.actor_id, NEW.acting_for, NEW.action, NEW.subject, NEW.purpose,
            NEW.legal_basis, NEW.grants, NEW.outcome, NEW.private_digest, NEW.digest)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.at, OLD.actor_kind, OLD.actor_id, OLD.acting_for, OLD.action, OLD.subject, OLD.purpose,
            OLD.legal_basis, OLD.grants, OLD.outcome, OLD.private_digest, OLD.digest)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is append-only: UPDATE on ledger_entry can only erase its personal part'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ledger_tile_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.level, NEW.number) = (OLD.id, OLD.level, OLD.number)
       AND octet_length(NEW.hashes) > octet_length(OLD.hashes)
       AND substring(NEW.hashes FOR octet_length(OLD.hashes)) = OLD.hashes
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is append-only: a tile only grows' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_entry_change BEFORE UPDATE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_change();
CREATE TRIGGER ledger_tile_change BEFORE UPDATE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION ledger_tile_change();
CREATE TRIGGER ledger_leaf_change BEFORE UPDATE ON ledger_leaf
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_checkpoint_change BEFORE UPDATE ON ledger_checkpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
""" + "".join(
    f"""
CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
    for table in ("ledger_entry", "ledger_leaf", "ledger_tile", "ledger_checkpoint")
)
NO_GUARDS = """
DROP FUNCTION ledger_entry_change() CASCADE;
DROP FUNCTION ledger_tile_change() CASCADE;
DROP FUNCTION ledger_refuse() CASCADE;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("account", "Personne"),
                            ("client", "Logiciel"),
                            ("system", "Parvis"),
                            ("anonymous", "Visiteur"),
                        ],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("acting_for", models.UUIDField(null=True)),
                ("action", models.TextField()),
                ("subject", models.TextField()),
                ("purpose", models.TextField(blank=True)),
                ("legal_basis", models.TextField(blank=True)),
                (
                    "grants",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("outcome", models.CharField(choices=[("done", "Fait"), ("refused", "Refusé")], max_length=10)),
                ("actor_label", models.TextField(blank=True)),
                ("about", models.UUIDField(null=True)),
                ("details", models.TextField(blank=True)),
                ("salt", models.BinaryField(null=True)),
                ("private_digest", models.BinaryField()),
                ("digest", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("level", models.PositiveSmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="checkpoint_of_something")
                ],
            },
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
                ("digest", models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("about__isnull", False)), fields=["about", "id"], name="entry_about"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["subject", "id"], name="entry_subject"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("action__regex", "^[a-z][a-z0-9_.:-]*$")), name="entry_action_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject", ""), _negated=True), name="entry_has_a_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["done", "refused"])), name="entry_outcome_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("salt__isnull", False),
                    models.Q(("about__isnull", True), ("actor_label", ""), ("details", "")),
                    _connector="OR",
                ),
                name="entry_erased_wholly",
            ),
        ),
        migrations.AddField(
            model_name="leaf",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="leaf", to="ledger.entry"
            ),
        ),
        migrations.AddConstraint(
            model_name="tile",
            constraint=models.UniqueConstraint(fields=("level", "number"), name="tile_unique"),
        ),
        migrations.AddConstraint(
            model_name="tile",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 0)), name="tile_number_from_zero"),
        ),
        migrations.AddConstraint(
            model_name="leaf",
            constraint=models.CheckConstraint(condition=models.Q(("position__gte", 0)), name="leaf_position_from_zero"),
        ),
        migrations.RunSQL(SIZES, NO_SIZES),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
