"""A register is seen by its town hall, and by the offices of the court that watch over its commune."""

from django.db import migrations

from parvis.core.policies import OURS, protect

_WATCHED = f"""EXISTS (
    SELECT FROM preservation_jurisdiction office
    WHERE office.commune_id = preservation_register.commune_code AND office.organisation_id = {OURS}
)"""


def _of_register(table: str) -> str:
    """The rows whose register is seen, by the register's own policy."""
    return f"EXISTS (SELECT FROM preservation_register parent WHERE parent.id = {table}.register_id)"


TABLES = (
    # Which court watches over which commune is public; only the platform says it.
    protect("preservation_jurisdiction", seen="true", changed="false"),
    protect("preservation_register", seen=f"organisation_id = {OURS} OR {_WATCHED}", added=f"organisation_id = {OURS}"),
    protect("preservation_entry", seen=_of_register("preservation_entry")),
    protect("preservation_intake", seen=_of_register("preservation_intake")),
    protect("preservation_link", seen=_of_register("preservation_link")),
    protect("preservation_deposit", seen=_of_register("preservation_deposit")),
    protect(
        "preservation_depositmove",
        seen="EXISTS (SELECT FROM preservation_deposit parent WHERE parent.id = preservation_depositmove.deposit_id)",
    ),
)

# The tree proves it; the database helps against mistakes.
_APPEND_ONLY = """
CREATE FUNCTION preservation_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'preservation: % of % refused, what is kept is never changed', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER preservation_entry_kept BEFORE UPDATE OR DELETE ON preservation_entry
    FOR EACH ROW EXECUTE FUNCTION preservation_refuse();
CREATE TRIGGER preservation_object_kept BEFORE DELETE ON preservation_storedobject
    FOR EACH ROW EXECUTE FUNCTION preservation_refuse();
CREATE TRIGGER preservation_link_kept BEFORE DELETE ON preservation_link
    FOR EACH ROW EXECUTE FUNCTION preservation_refuse();
"""
_FREE = "DROP FUNCTION preservation_refuse() CASCADE;"


class Migration(migrations.Migration):
    """Row-level security, and rows that nobody changes."""

    dependencies = (("core", "0001_roles"), ("preservation", "0001_initial"))
    operations = (*(migrations.RunSQL(*sql) for sql in TABLES), migrations.RunSQL(_APPEND_ONLY, _FREE))
