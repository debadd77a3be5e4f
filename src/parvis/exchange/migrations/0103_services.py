"""The service of the recipient that has a case in hand, and of the subscriber that receives a process."""

import django.db.models.deletion
from django.db import migrations, models

# A service is one of the organisation that the row names, whatever the code forgets.
OWN_SERVICE = """
ALTER TABLE exchange_subscription ADD CONSTRAINT subscription_unit_of_subscriber
    FOREIGN KEY (unit_id, subscriber_id) REFERENCES directory_unit (id, organisation_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE exchange_case ADD CONSTRAINT case_unit_of_recipient
    FOREIGN KEY (unit_id, recipient_id) REFERENCES directory_unit (id, organisation_id) DEFERRABLE INITIALLY DEFERRED;
"""
ANY_SERVICE = """
ALTER TABLE exchange_subscription DROP CONSTRAINT subscription_unit_of_subscriber;
ALTER TABLE exchange_case DROP CONSTRAINT case_unit_of_recipient;
"""
_UNIT = {"blank": True, "null": True, "on_delete": django.db.models.deletion.PROTECT, "to": "directory.unit"}


class Migration(migrations.Migration):
    """Two columns."""

    dependencies = (("directory", "0102_roots"), ("exchange", "0102_sides"))
    operations = (
        migrations.AddField("case", "unit", models.ForeignKey(**_UNIT)),
        migrations.AddField("subscription", "unit", models.ForeignKey(**_UNIT)),
        migrations.RunSQL(OWN_SERVICE, ANY_SERVICE),
    )
