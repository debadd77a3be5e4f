"""A unit tree is seen by its organisation; a membership by its organisation and by the person."""

from django.db import migrations

from parvis.core.policies import ME, OURS, protect

TABLES = (
    protect("directory_unit", seen=f"organisation_id = {OURS}"),
    protect(
        "directory_membership", seen=f"organisation_id = {OURS} OR account_id = {ME}", added=f"organisation_id = {OURS}"
    ),
)


class Migration(migrations.Migration):
    """Row-level security."""

    dependencies = (("core", "0001_roles"), ("directory", "0001_initial"))
    operations = (*(migrations.RunSQL(*sql) for sql in TABLES),)
