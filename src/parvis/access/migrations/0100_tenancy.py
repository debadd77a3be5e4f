"""Rights are seen by the organisation they speak of, and by who holds them."""

from django.db import migrations

from parvis.core.policies import ME, OURS, protect

TABLES = (
    protect("access_grant", seen=f"organisation_id = {OURS} OR principal_id = {ME}", added=f"organisation_id = {OURS}"),
)


class Migration(migrations.Migration):
    """Row-level security."""

    dependencies = (("core", "0001_roles"), ("access", "0002_platform"))
    operations = (*(migrations.RunSQL(*sql) for sql in TABLES),)
