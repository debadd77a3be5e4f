"""What travels is seen by who deposited it, who receives it and, for their own request, the citizen."""

from django.db import migrations

from parvis.core.policies import CALLER, ME, OURS, protect

# Run as the owner, whose policy sees every row: two policies that asked each other would turn in a ring. The
# organisations and the person are still those of the caller's scope.
_HEAD = "RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
SENT = f"""
CREATE FUNCTION exchange_sent(folder uuid) {_HEAD} AS $$
    SELECT EXISTS (SELECT FROM exchange_folder f
                   WHERE f.id = folder AND (f.depositor_id = {OURS} OR f.applicant_account_id = {ME}))
$$;
"""
RECEIVED = f"""
EXISTS (SELECT FROM exchange_case c WHERE c.folder_id = exchange_folder.id AND c.recipient_id = {OURS})
"""
NOT_SENT = "DROP FUNCTION exchange_sent(uuid);"


def _parent(parent: str, table: str, column: str) -> str:
    """The rows whose parent is seen, by the parent's own policy."""
    return f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {table}.{column})"


TABLES = (
    # A plain look at the cases, whose own policy calls a function: one policy asks the other, never both.
    protect("exchange_folder", seen=f"depositor_id = {OURS} OR applicant_account_id = {ME} OR {RECEIVED}"),
    # One recipient of a folder does not see what it is at another's.
    protect("exchange_case", seen=f"recipient_id = {OURS} OR exchange_sent(folder_id)"),
    protect("exchange_event", seen=_parent("exchange_case", "exchange_event", "case_id")),
    protect(
        "exchange_attachment",
        seen="exchange_sent(folder_id) OR EXISTS"
        " (SELECT FROM exchange_attachmentrecipient link WHERE link.attachment_id = exchange_attachment.id)"
        f" OR {_parent('exchange_event', 'exchange_attachment', 'event_id')}",
        added=_parent("exchange_folder", "exchange_attachment", "folder_id"),
    ),
    protect("exchange_attachmentrecipient", seen=_parent("exchange_case", "exchange_attachmentrecipient", "case_id")),
    protect("exchange_uploadpiece", seen=_parent("exchange_attachment", "exchange_uploadpiece", "attachment_id")),
    protect(
        "exchange_notification",
        seen=f"recipient_id = {OURS} OR transmitter_id = {OURS}",
        added=_parent("exchange_case", "exchange_notification", "case_id"),
    ),
    protect(
        "exchange_mailalert", seen=_parent("exchange_notification", "exchange_mailalert", "notification_id")
    ),
    # Who receives which process is no secret: depositors must know it. Only its owner changes it.
    protect("exchange_subscription", seen="true", changed=f"subscriber_id = {OURS}"),
    protect("exchange_webhookendpoint", seen=f"organisation_id = {OURS}"),
    protect(
        "exchange_webhookdelivery", seen=_parent("exchange_webhookendpoint", "exchange_webhookdelivery", "endpoint_id")
    ),
    protect(
        "exchange_webhookattempt", seen=_parent("exchange_webhookdelivery", "exchange_webhookattempt", "delivery_id")
    ),
    protect("exchange_downloadbudget", seen=f"principal = {CALLER}"),
    protect("exchange_idempotentanswer", seen=f"principal = {CALLER}"),
)


class Migration(migrations.Migration):
    """Row-level security."""

    dependencies = (("core", "0001_roles"), ("exchange", "0021_parts"))
    operations = (migrations.RunSQL(SENT, NOT_SENT), *(migrations.RunSQL(*sql) for sql in TABLES),)
