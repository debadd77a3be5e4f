"""A partner sees the circuits where it has a step, and the documents on their way through them."""

from django.db import migrations

from parvis.core.policies import ME, OURS

_THEIRS = "(SELECT NULLIF(current_setting('app.organisations', true), '')::uuid[])"
_OWN = f"organisation_id = {OURS}"
_ITEM = f"organisation_id = {OURS} OR submitter_id = {ME}"
CIRCUIT = f"""
DROP POLICY signing_circuit_app ON signing_circuit;
CREATE POLICY signing_circuit_read ON signing_circuit FOR SELECT TO parvis_app
    USING ({_OWN} OR partners && {_THEIRS});
CREATE POLICY signing_circuit_add ON signing_circuit FOR INSERT TO parvis_app WITH CHECK ({_OWN});
CREATE POLICY signing_circuit_change ON signing_circuit FOR UPDATE TO parvis_app USING ({_OWN}) WITH CHECK ({_OWN});
CREATE POLICY signing_circuit_remove ON signing_circuit FOR DELETE TO parvis_app USING ({_OWN});
"""
NO_CIRCUIT = f"""
DROP POLICY signing_circuit_read ON signing_circuit;
DROP POLICY signing_circuit_add ON signing_circuit;
DROP POLICY signing_circuit_change ON signing_circuit;
DROP POLICY signing_circuit_remove ON signing_circuit;
CREATE POLICY signing_circuit_app ON signing_circuit TO parvis_app USING ({_OWN}) WITH CHECK ({_OWN});
"""
ITEM = f"""
ALTER POLICY signing_item_app ON signing_item
    USING ({_ITEM} OR partners && {_THEIRS}) WITH CHECK ({_ITEM} OR partners && {_THEIRS});
"""
NO_ITEM = f"ALTER POLICY signing_item_app ON signing_item USING ({_ITEM}) WITH CHECK ({_ITEM});"


class Migration(migrations.Migration):
    """Row-level security of partners."""

    dependencies = (("signing", "0102_partners"),)
    operations = (migrations.RunSQL(CIRCUIT, NO_CIRCUIT), migrations.RunSQL(ITEM, NO_ITEM))
