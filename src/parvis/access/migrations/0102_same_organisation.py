"""Perimeters, parents and covers stay within one organisation: the pair is the foreign key (see directory 0001)."""

from django.db import migrations

SAME_ORGANISATION = """
ALTER TABLE access_grant ADD CONSTRAINT grant_unit_same_organisation
    FOREIGN KEY (unit_id, organisation_id) REFERENCES directory_unit (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE access_grant ADD CONSTRAINT grant_parent_same_organisation
    FOREIGN KEY (parent_id, organisation_id) REFERENCES access_grant (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE access_cover ADD CONSTRAINT cover_absent_same_organisation
    FOREIGN KEY (absent_id, organisation_id) REFERENCES directory_membership (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE access_cover ADD CONSTRAINT cover_substitute_same_organisation
    FOREIGN KEY (substitute_id, organisation_id) REFERENCES directory_membership (id, organisation_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
ANY_ORGANISATION = """
ALTER TABLE access_cover DROP CONSTRAINT cover_substitute_same_organisation;
ALTER TABLE access_cover DROP CONSTRAINT cover_absent_same_organisation;
ALTER TABLE access_grant DROP CONSTRAINT grant_parent_same_organisation;
ALTER TABLE access_grant DROP CONSTRAINT grant_unit_same_organisation;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0101_delegation"),
        ("directory", "0101_units_and_links"),
    ]

    operations = [
        migrations.RunSQL(SAME_ORGANISATION, ANY_ORGANISATION),
    ]
