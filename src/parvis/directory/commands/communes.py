"""Import a release of the official geographic code: COPY to staging tables, compare, upsert."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from parvis.core.actor import Actor
from parvis.core.errors import ConflictError, DomainError
from parvis.directory import cog, rules
from parvis.ledger import commands as ledger

SHRINK_LIMIT = 0.05
"""A release with this share of communes fewer than the present one is a truncated file, not a reform."""

_STAGE = """
CREATE TEMPORARY TABLE staged_commune (
    code varchar PRIMARY KEY, name varchar, key varchar, kind varchar, parent_id varchar, department varchar,
    region varchar, zone varchar, siren varchar, population integer, postcodes varchar(5)[]
);
CREATE TEMPORARY TABLE staged_former (code varchar, name varchar, kind varchar, present_id varchar);
CREATE TEMPORARY TABLE staged_key (commune_id varchar, source varchar, key varchar);
"""
_UNSTAGE = """
DROP TABLE staged_commune, staged_former, staged_key;
ANALYZE directory_commune; ANALYZE directory_placekey;
"""
_TARGETS = {
    "staged_commune": ("code,name,key,kind,parent_id,department,region,zone,siren,population,postcodes"),
    "staged_former": "code,name,kind,present_id",
    "staged_key": "commune_id,source,key",
}

_UPSERT_COMMUNES = """
INSERT INTO directory_commune AS c (code, name, key, kind, parent_id, department, region, zone, siren, population,
                                    postcodes, is_current)
SELECT code, name, key, kind, parent_id, department, region, zone, siren, population, postcodes, true
FROM staged_commune
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, key = excluded.key, kind = excluded.kind, parent_id = excluded.parent_id,
    department = excluded.department, region = excluded.region, zone = excluded.zone, siren = excluded.siren,
    population = excluded.population, postcodes = excluded.postcodes, is_current = true
WHERE (c.name, c.key, c.kind, c.parent_id, c.department, c.region, c.zone, c.siren, c.population, c.postcodes,
       c.is_current)
   IS DISTINCT FROM (excluded.name, excluded.key, excluded.kind, excluded.parent_id, excluded.department,
       excluded.region, excluded.zone, excluded.siren, excluded.population, excluded.postcodes, true)
RETURNING (xmax = 0) AS added
"""

_RETIRE = """
UPDATE directory_commune c SET is_current = false
WHERE is_current AND NOT EXISTS (SELECT FROM staged_commune s WHERE s.code = c.code)
"""
_DROP_UNUSED = """
DELETE FROM directory_commune c
WHERE NOT is_current
  AND NOT EXISTS (SELECT FROM directory_organisation o WHERE o.commune_id = c.code)
  AND NOT EXISTS (SELECT FROM directory_commune child WHERE child.parent_id = c.code)
"""

# An old code without a name says nothing more than the same code with one.
_DERIVE = """
DELETE FROM staged_former bare USING staged_former named
WHERE bare.name = '' AND named.name <> '' AND (bare.code, bare.present_id) = (named.code, named.present_id);
INSERT INTO staged_key
    SELECT present_id, 'former_code', lower(code) FROM staged_former WHERE code <> present_id;
ANALYZE staged_commune; ANALYZE staged_former; ANALYZE staged_key;
"""

_REPLACE_DERIVED = """
DELETE FROM directory_formercommune f WHERE NOT EXISTS (
    SELECT FROM staged_former s WHERE (s.code, s.name, s.kind, s.present_id) = (f.code, f.name, f.kind, f.present_id));
INSERT INTO directory_formercommune (code, name, kind, present_id)
    SELECT DISTINCT ON (code, name, present_id) code, name, kind, present_id
    FROM staged_former ORDER BY code, name, present_id, kind
    ON CONFLICT DO NOTHING;
DELETE FROM directory_placekey k WHERE NOT EXISTS (
    SELECT FROM staged_key s WHERE (s.commune_id, s.source, s.key) = (k.commune_id, k.source, k.key));
INSERT INTO directory_placekey (commune_id, source, key)
    SELECT DISTINCT commune_id, source, key FROM staged_key WHERE key <> ''
    ON CONFLICT DO NOTHING;
"""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in numbers of communes and municipal arrondissements."""

    read: int
    added: int
    changed: int
    removed: int
    kept_because_used: int
    former: int


def import_communes(
    *, source: Path, actor: Actor, force: bool = False, progress: Callable[[int], None] | None = None
) -> ImportReport:
    """Bring the communes to the release found in ``source`` (see `cog.locate`). Doing it again changes nothing.

    ``progress`` receives the number of records read so far. Raise `cog.BadSourceError` for an unreadable file,
    DomainError for one that contradicts itself, ConflictError for one that looks truncated (unless ``force``).
    """
    file = cog.locate(source)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE directory_commune IN SHARE ROW EXCLUSIVE MODE")  # one import at a time
        cursor.execute(_STAGE)
        count = _stage(cursor, file, progress)
        _refuse_contradictions(cursor)
        if not force:
            _refuse_truncated(cursor)
        report = _apply(cursor, count)
        _journal(actor, file, report)
    return report


def _stage(cursor: Any, file: Path, progress: Callable[[int], None] | None) -> int:
    communes: list[tuple[Any, ...]] = []
    former: list[tuple[Any, ...]] = []
    keys: list[tuple[Any, ...]] = []
    count = 0
    for count, record in enumerate(cog.read(file), start=1):
        _add(record, communes, former, keys)
        if count % 2000 == 0:
            _flush(cursor, communes, former, keys)
            if progress:
                progress(count)
    _flush(cursor, communes, former, keys)
    if progress:
        progress(count)
    return count


def _add(record: cog.Record, communes: list[Any], former: list[Any], keys: list[Any]) -> None:
    kind = cog.kind_of(record)
    for row in cog.former_rows(record):
        former.append((row.code, row.name, row.kind.value, row.present))
        if row.name:
            keys.append((row.present, "former_name", rules.normalise(row.name)))
    if kind is None:
        return
    key = rules.normalise(record.nom)
    place = (record.departement, record.region, record.zone)
    legal = (record.siren, record.population, list(record.codesPostaux))
    communes.append((record.code, record.nom, key, kind.value, record.commune or None, *place, *legal))
    keys.extend((record.code, *pair) for pair in cog.keys_of(record))


def _flush(cursor: Any, communes: list[Any], former: list[Any], keys: list[Any]) -> None:
    for table, rows in zip(_TARGETS, (communes, former, keys), strict=True):
        _copy(cursor, table, rows)
        rows.clear()


def _copy(cursor: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({_TARGETS[table]}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _refuse_contradictions(cursor: Any) -> None:
    cursor.execute(
        "SELECT f.code, f.present_id FROM staged_former f"
        " WHERE NOT EXISTS (SELECT FROM staged_commune c WHERE c.code = f.present_id) LIMIT 1"
    )
    if row := cursor.fetchone():
        message = f"L’ancienne commune {row[0]} renvoie à {row[1]}, qui n’est pas dans le fichier. Vérifiez le fichier."
        raise DomainError("cog_unknown_parent", message)


def _refuse_truncated(cursor: Any) -> None:
    cursor.execute(
        "SELECT (SELECT count(*) FROM staged_commune), (SELECT count(*) FROM directory_commune WHERE is_current)"
    )
    new, old = cursor.fetchone()
    if new < old * (1 - SHRINK_LIMIT):
        message = (
            f"Le fichier contient {new} communes, la base {old} : il semble tronqué. Vérifiez-le, "
            "ou relancez avec --force si la baisse est voulue."
        )
        raise ConflictError("cog_shrinks", message)


def _apply(cursor: Any, count: int) -> ImportReport:
    cursor.execute(_DERIVE)
    cursor.execute(_UPSERT_COMMUNES)
    touched = [added for (added,) in cursor.fetchall()]
    cursor.execute(_REPLACE_DERIVED)
    cursor.execute(_RETIRE)
    removed = 0
    for _pass in ("arrondissements", "cities"):  # an arrondissement goes before the city it points at
        cursor.execute(_DROP_UNUSED)
        removed += cursor.rowcount
    cursor.execute(
        "SELECT (SELECT count(*) FROM directory_commune WHERE NOT is_current),"
        " (SELECT count(*) FROM directory_formercommune)"
    )
    kept, former = cursor.fetchone()
    cursor.execute(_UNSTAGE)
    return ImportReport(count, sum(touched), len(touched) - sum(touched), removed, kept, former)


def _journal(actor: Actor, file: Path, report: ImportReport) -> None:
    ledger.record(
        actor=actor,
        action="directory.communes_imported",
        subject="communes:France",
        details={"file": file.name, "sha256": cog.fingerprint(file)} | asdict(report),
    )
