"""Give a root to every organisation that has none: rows older than the trees, or written by hand."""

from django.db import migrations

MISSING_ROOTS = """
INSERT INTO directory_unit (id, organisation_id, parent_id, name, code, kind, path, valid_from)
SELECT made.id, made.organisation, NULL, made.name, '', 'organisation',
       '/' || replace(made.id::text, '-', '') || '/', made.created_at::date
FROM (
    SELECT gen_random_uuid() AS id, owner.id AS organisation, owner.name, owner.created_at
    FROM directory_organisation owner
    WHERE NOT EXISTS (SELECT 1 FROM directory_unit root WHERE root.organisation_id = owner.id AND root.parent_id IS NULL)
) made;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0101_units_and_links"),
    ]

    operations = [
        migrations.RunSQL(MISSING_ROOTS, migrations.RunSQL.noop),
    ]
