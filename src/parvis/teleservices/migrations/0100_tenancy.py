"""A citizen's request is seen by that citizen alone."""

from django.db import migrations

from parvis.core.policies import ME, protect

TABLES = (
    protect("teleservices_request", seen=f"account_id = {ME}"),
    protect(
        "teleservices_requestfile",
        seen="EXISTS (SELECT FROM teleservices_request r WHERE r.id = teleservices_requestfile.request_id)",
    ),
)


class Migration(migrations.Migration):
    """Row-level security."""

    dependencies = (("core", "0001_roles"), ("teleservices", "0002_expired"))
    operations = (*(migrations.RunSQL(*sql) for sql in TABLES),)
