"""What is signed is seen by its organisation and by who sent it; certificates, which prove it, by everybody."""

from django.db import migrations

from parvis.core.policies import ME, OURS, protect


def _parent(parent: str, table: str, column: str) -> str:
    """The rows whose parent is seen, by the parent's own policy."""
    return f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {table}.{column})"


TABLES = (
    protect("signing_circuit", seen=f"organisation_id = {OURS}"),
    protect("signing_circuitstep", seen=_parent("signing_circuit", "signing_circuitstep", "circuit_id")),
    protect("signing_delegation", seen=f"organisation_id = {OURS}"),
    protect("signing_item", seen=f"organisation_id = {OURS} OR submitter_id = {ME}"),
    protect("signing_itemstep", seen=_parent("signing_item", "signing_itemstep", "item_id")),
    protect("signing_signingbatch", seen=f"organisation_id = {OURS}"),
    protect("signing_batchentry", seen=_parent("signing_signingbatch", "signing_batchentry", "batch_id")),
    protect("signing_signingkey", seen=f"organisation_id = {OURS} OR holder_id = {ME}"),
    # Public by nature: the revocation list and the verification of a signature read them for anyone.
    protect(
        "signing_signingcertificate",
        seen="true",
        changed=_parent("signing_signingkey", "signing_signingcertificate", "key_id"),
    ),
)


class Migration(migrations.Migration):
    """Row-level security."""

    dependencies = (("core", "0001_roles"), ("signing", "0001_initial"))
    operations = (*(migrations.RunSQL(*sql) for sql in TABLES),)
