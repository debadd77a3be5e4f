"""Which towns know a person, and what they agreed to, is read by that person alone."""

from django.db import migrations

from parvis.core.policies import ME, protect

TABLES = (
    protect("identity_pseudonym", seen=f"account_id = {ME}"),
    protect("identity_consent", seen=f"account_id = {ME}"),
)


class Migration(migrations.Migration):
    """Row-level security."""

    dependencies = (("core", "0001_roles"), ("identity", "0007_relink"))
    operations = (*(migrations.RunSQL(*sql) for sql in TABLES),)
