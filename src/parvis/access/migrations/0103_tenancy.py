"""A mandate is seen by both its sides; the rest by its organisation, and rules for everywhere by everyone."""

from django.db import migrations

from parvis.core.policies import OURS, protect

_OWN = f"organisation_id = {OURS}"
TABLES = (
    protect("access_mandate", seen=f"{_OWN} OR editor_id = {OURS}", changed=_OWN),
    protect("access_cover", seen=_OWN),
    protect("access_separationrule", seen=f"{_OWN} OR organisation_id IS NULL", changed=_OWN),
    protect("access_sensitiveright", seen=f"{_OWN} OR organisation_id IS NULL", changed=_OWN),
)


class Migration(migrations.Migration):
    """Row-level security."""

    dependencies = (("access", "0102_same_organisation"),)
    operations = (*(migrations.RunSQL(*sql) for sql in TABLES),)
