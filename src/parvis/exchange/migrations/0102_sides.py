"""The sides of a folder and of a document, asked of functions that keep their plans."""

from django.db import migrations

from parvis.core.policies import ME, OURS

# Run as the owner, whose policy sees every row: two policies that asked each other would turn in a ring. The
# organisations and the person are still those of the caller's scope. In PL/pgSQL, which keeps its plans: policies that
# look into each other's tables are planned again at each statement, and that cost more than the statements.
_HEAD = "RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
SIDES = f"""
CREATE OR REPLACE FUNCTION exchange_sent(folder uuid) {_HEAD} AS $$ BEGIN
    RETURN EXISTS (SELECT FROM exchange_folder f
                   WHERE f.id = folder AND (f.depositor_id = {OURS} OR f.applicant_account_id = {ME}));
END $$;
CREATE FUNCTION exchange_receives(folder uuid) {_HEAD} AS $$ BEGIN
    RETURN EXISTS (SELECT FROM exchange_case c WHERE c.folder_id = folder AND c.recipient_id = {OURS});
END $$;
CREATE FUNCTION exchange_takes(document uuid, event uuid) {_HEAD} AS $$ BEGIN
    RETURN EXISTS (SELECT FROM exchange_attachmentrecipient link JOIN exchange_case c ON c.id = link.case_id
                   WHERE link.attachment_id = document AND c.recipient_id = {OURS})
        OR EXISTS (SELECT FROM exchange_event e JOIN exchange_case c ON c.id = e.case_id
                   WHERE e.id = event AND c.recipient_id = {OURS});
END $$;
ALTER POLICY exchange_attachment_app ON exchange_attachment
    USING (exchange_sent(folder_id) OR exchange_takes(id, event_id))
    WITH CHECK (exchange_sent(folder_id) OR exchange_receives(folder_id));
"""
_SEEN = """
EXISTS (SELECT FROM exchange_attachmentrecipient link WHERE link.attachment_id = exchange_attachment.id)
OR EXISTS (SELECT FROM exchange_event parent WHERE parent.id = exchange_attachment.event_id)
"""
NO_SIDES = f"""
ALTER POLICY exchange_attachment_app ON exchange_attachment
    USING (exchange_sent(folder_id) OR {_SEEN})
    WITH CHECK (EXISTS (SELECT FROM exchange_folder parent WHERE parent.id = exchange_attachment.folder_id));
DROP FUNCTION exchange_takes(uuid, uuid);
DROP FUNCTION exchange_receives(uuid);
"""  # noqa: S608 - words of our own


class Migration(migrations.Migration):
    """Three functions, and the policy of documents that asks them."""

    dependencies = (("exchange", "0101_inbox_policy"),)
    operations = (migrations.RunSQL(SIDES, NO_SIDES),)
