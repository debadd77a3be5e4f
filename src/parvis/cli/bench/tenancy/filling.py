"""Two million cases, made by PostgreSQL itself from one real deposit: the columns are never listed here."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

ORGANISATIONS = 2_000
MODEL = "RLS-MODEL"

# One row again with other values: what a new column holds follows by itself.
_TOWNS = """
INSERT INTO directory_organisation
SELECT (jsonb_populate_record(model, jsonb_build_object(
    'id', gen_random_uuid(), 'kind', 'operator', 'commune_id', NULL, 'name', 'Organisme ' || number,
    'siret', '9' || lpad(number::text, 13, '0')))).*
FROM directory_organisation model, generate_series(1, %(organisations)s) number
WHERE model.id = (SELECT recipient_id FROM exchange_case LIMIT 1)
"""
_FOLDERS = """
INSERT INTO exchange_folder
SELECT (jsonb_populate_record(model, jsonb_build_object(
    'id', md5('folder' || number)::uuid, 'external_id', 'RLS-' || number))).*
FROM exchange_folder model, generate_series(%(first)s, %(last)s) number WHERE model.external_id = %(model)s
"""
_CASES = """
INSERT INTO exchange_case
SELECT (jsonb_populate_record(model, jsonb_build_object(
    'id', md5('case' || number)::uuid, 'folder_id', md5('folder' || number)::uuid, 'recipient_id', towns.id,
    'external_id', 'RLS-' || number || '-01', 'created_at', now() - (number %% 100003) * interval '1 minute',
    'status', (ARRAY['HUBEE_NOTIFIED', 'SENT', 'IN_PROGRESS', 'DONE'])[1 + (number / %(organisations)s) %% 4]))).*
FROM exchange_case model CROSS JOIN generate_series(%(first)s, %(last)s) number
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM directory_organisation WHERE siret LIKE '9%%') towns
    ON towns.place = number %% %(organisations)s
WHERE model.external_id = %(model)s || '-01'
"""
_STEP = 100_000


@dataclass(frozen=True, slots=True)
class Filled:
    """The organisations that received the cases."""

    organisations: list[UUID]


def fill(cases: int) -> Filled:
    """Write as many folders of one case each, spread over the organisations."""
    with connection.cursor() as cursor:
        cursor.execute(_TOWNS, {"organisations": ORGANISATIONS})
        for first in range(1, cases + 1, _STEP):
            last = min(first + _STEP - 1, cases)
            values: dict[str, int | str] = {
                "first": first,
                "last": last,
                "organisations": ORGANISATIONS,
                "model": MODEL,
            }
            cursor.execute(_FOLDERS, values)
            cursor.execute(_CASES, values)
        cursor.execute("ANALYZE exchange_case, exchange_folder, directory_organisation")
        cursor.execute("SELECT id FROM directory_organisation WHERE siret LIKE '9%' ORDER BY id")
        return Filled([row[0] for row in cursor.fetchall()])
