"""Witnesses, what they cosigned, and the daily timestamps. What is written of the last two cannot be changed."""

import django.db.models.deletion
import parvis.core.ids
from django.db import migrations, models


GUARDS = """
-- Hashes do not compress: do not try at each append.
ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
ALTER TABLE ledger_stamp ADD CONSTRAINT stamp_previous_size CHECK (octet_length(previous) = 32);
""" + "".join(
    f"""
CREATE TRIGGER {table}_change BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
    for table in ("ledger_cosignature", "ledger_stamp")
)
NO_GUARDS = "".join(
    f"DROP TRIGGER {table}_change ON {table}; DROP TRIGGER {table}_delete ON {table};"
    f"DROP TRIGGER {table}_truncate ON {table};"
    for table in ("ledger_cosignature", "ledger_stamp")
)


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Stamp',
            fields=[
                ('checkpoint', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='stamp', serialize=False, to='ledger.checkpoint')),
                ('token', models.BinaryField()),
                ('previous', models.BinaryField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('previous',), name='stamp_follows_one')],
            },
        ),
        migrations.CreateModel(
            name='Witness',
            fields=[
                ('id', models.UUIDField(default=parvis.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('key', models.TextField()),
                ('url', models.TextField()),
                ('added_at', models.DateTimeField()),
                ('dropped_at', models.DateTimeField(null=True)),
                ('size', models.BigIntegerField(default=0)),
                ('next_at', models.DateTimeField()),
                ('failures', models.PositiveIntegerField(default=0)),
                ('problem', models.TextField(blank=True)),
                ('alarm', models.CharField(blank=True, choices=[('fork', 'Le témoin a vu un autre passé que le nôtre'), ('ahead', 'Le témoin a vu un journal plus long que le nôtre')], max_length=20)),
                ('alarm_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('dropped_at__isnull', True)), fields=('key',), name='witness_key_once'), models.CheckConstraint(condition=models.Q(('alarm__in', ['', 'fork', 'ahead'])), name='witness_alarm_known'), models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='witness_size_from_zero')],
            },
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('line', models.TextField()),
                ('at', models.DateTimeField()),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.checkpoint')),
                ('witness', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.witness')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'witness'), name='cosignature_once')],
            },
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
