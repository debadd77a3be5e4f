"""Who receives a folder, in its own row, for its policy alone: the application does not know this column.

A look at the cases, planned at each statement and run for each row, made a list of cases a third longer; a list of ids
costs next to nothing. It stays out of the models: a recipient must not learn who else receives.
"""

from django.db import migrations

from parvis.core.policies import ME, OUR_LIST, OURS

COLUMN = """
ALTER TABLE exchange_folder ADD COLUMN IF NOT EXISTS seen_by uuid[] DEFAULT '{}';
UPDATE exchange_folder f SET seen_by = found.ids
FROM (SELECT folder_id, array_agg(recipient_id) AS ids FROM exchange_case GROUP BY folder_id) found
WHERE found.folder_id = f.id;
"""
# Kept by the database, as its owner: no command can forget it, and nobody sees a folder by writing into it.
_HEAD = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
KEPT = f"""
CREATE FUNCTION exchange_seen_more() {_HEAD} AS $$ BEGIN
    UPDATE exchange_folder f SET seen_by = f.seen_by || found.ids
    FROM (SELECT folder_id, array_agg(recipient_id) AS ids FROM fresh GROUP BY folder_id) found
    WHERE found.folder_id = f.id;
    RETURN NULL;
END $$;
CREATE FUNCTION exchange_seen_by_another() {_HEAD} AS $$ BEGIN
    UPDATE exchange_folder SET seen_by = array_replace(seen_by, OLD.recipient_id, NEW.recipient_id)
    WHERE id = NEW.folder_id;
    RETURN NULL;
END $$;
CREATE FUNCTION exchange_seen_less() {_HEAD} AS $$ BEGIN
    UPDATE exchange_folder SET seen_by = array_remove(seen_by, OLD.recipient_id) WHERE id = OLD.folder_id;
    RETURN NULL;
END $$;
CREATE TRIGGER case_added AFTER INSERT ON exchange_case
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION exchange_seen_more();
CREATE TRIGGER case_moved AFTER UPDATE OF recipient_id ON exchange_case
    FOR EACH ROW WHEN (OLD.recipient_id IS DISTINCT FROM NEW.recipient_id)
    EXECUTE FUNCTION exchange_seen_by_another();
CREATE TRIGGER case_removed AFTER DELETE ON exchange_case FOR EACH ROW EXECUTE FUNCTION exchange_seen_less();
"""
NOT_KEPT = """
DROP TRIGGER case_removed ON exchange_case; DROP TRIGGER case_moved ON exchange_case;
DROP TRIGGER case_added ON exchange_case;
DROP FUNCTION exchange_seen_less(); DROP FUNCTION exchange_seen_by_another(); DROP FUNCTION exchange_seen_more();
"""
_SENDER = f"depositor_id = {OURS} OR applicant_account_id = {ME}"
READ = f"""
ALTER POLICY exchange_folder_app ON exchange_folder
    USING ({_SENDER} OR seen_by && {OUR_LIST}) WITH CHECK ({_SENDER} OR exchange_receives(id));
"""
_LOOKED_UP = f"""
{_SENDER} OR EXISTS (SELECT FROM exchange_case c WHERE c.folder_id = exchange_folder.id AND c.recipient_id = {OURS})
"""  # noqa: S608 - words of our own
LOOKED_UP = f"ALTER POLICY exchange_folder_app ON exchange_folder USING ({_LOOKED_UP}) WITH CHECK ({_LOOKED_UP});"


class Migration(migrations.Migration):
    """One column, who keeps it, and the policy that reads it."""

    dependencies = (("exchange", "0103_services"),)
    operations = (
        migrations.RunSQL(COLUMN, migrations.RunSQL.noop),  # undone, the column stays: nothing reads it
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(READ, LOOKED_UP),
    )
