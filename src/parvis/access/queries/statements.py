"""The one read on which every decision rests: the grants that someone holds at this moment, whatever the way.

Written by hand (see `core.sql`), because it is paid at every call of the hub. A person holds grants of their own, of
each of their memberships, of the units they work in, of the colleagues they stand in for and, when they say for whom
they act, of the mandates of the editor they work for. A program holds its own and those mandates.
"""

from functools import cache

LIVE = """{row}.revoked_at IS NULL AND {row}.suspended_at IS NULL AND NOT {row}.pending
AND {row}.valid_from <= %(now)s AND ({row}.valid_to IS NULL OR {row}.valid_to > %(now)s)
AND ({row}.effective_to IS NULL OR {row}.effective_to > %(now)s)"""
_AT_WORK = """{row}.state = 'active' AND {row}.starts_on <= %(today)s
AND ({row}.ends_on IS NULL OR {row}.ends_on >= %(today)s)"""
_PLACE = """LEFT JOIN directory_unit place ON place.id = {row}.unit_id
LEFT JOIN directory_unit root
    ON root.organisation_id = {row}.organisation_id AND root.parent_id IS NULL AND {row}.unit_id IS NULL"""
_STEPS = "unnest(string_to_array(trim(both '/' from {rows}.path), '/')) AS step"
RANK = "CASE {row}.link WHEN 'certified' THEN 2 WHEN 'moderated' THEN 1 ELSE 0 END"

_MINE = f"""
mine AS MATERIALIZED (
    SELECT post.id, post.organisation_id, coalesce(place.path, root.path, '') AS path, {RANK.format(row="post")} AS link
    FROM directory_membership post {_PLACE.format(row="post")}
    WHERE post.account_id = %(person)s AND {_AT_WORK.format(row="post")} {{only}}
), covered AS MATERIALIZED (
    SELECT away.id, away.organisation_id, away.account_id, coalesce(place.path, root.path, '') AS path
    FROM mine JOIN access_cover cover ON cover.substitute_id = mine.id
    JOIN directory_membership away ON away.id = cover.absent_id {_PLACE.format(row="away")}
    WHERE cover.revoked_at IS NULL AND %(today)s BETWEEN cover.starts_on AND cover.ends_on
    AND {_AT_WORK.format(row="away")}
), principals (kind, id, organisation_id, covering) AS (
    SELECT 'account', %(person)s::uuid, NULL::uuid, false
    UNION ALL SELECT 'membership', mine.id, mine.organisation_id, false FROM mine
    UNION ALL SELECT 'unit', step::uuid, mine.organisation_id, false FROM mine, {_STEPS.format(rows="mine")}
    UNION ALL SELECT 'account', covered.account_id, covered.organisation_id, true FROM covered
    UNION ALL SELECT 'membership', covered.id, covered.organisation_id, true FROM covered
    UNION ALL SELECT 'unit', step::uuid, covered.organisation_id, true FROM covered, {_STEPS.format(rows="covered")}
), held AS (
    SELECT own.*, principals.covering,
        coalesce((SELECT max(mine.link) FROM mine WHERE mine.organisation_id = own.organisation_id), 0) AS link
    FROM principals JOIN access_grant own ON own.principal_kind = principals.kind AND own.principal_id = principals.id
    AND (principals.organisation_id IS NULL OR principals.organisation_id = own.organisation_id)
    WHERE {LIVE.format(row="own")}
)"""  # noqa: S608 - names of our own
_PROGRAM = f"""
held AS (
    SELECT own.*, false AS covering, 2 AS link FROM access_grant own -- its key is its proof: no minimum holds it back
    WHERE own.principal_kind = 'client' AND own.principal_id = %(person)s AND {LIVE.format(row="own")}
)"""  # noqa: S608 - names of our own
# Who stands in for a colleague never has their rights over rights (`enums.ADMINISTRATIVE`).
_OWN = """
SELECT held.id, held.organisation_id, held.process_code, held.unit_id,
    CASE WHEN held.covering
        THEN array_remove(array_remove(held.actions, 'members:manage'), 'platform:administer')
        ELSE held.actions END,
    held.condition, held.min_identity, held.min_authn, held.min_org, held.link,
    CASE WHEN held.covering THEN 0 ELSE held.depth END, least(held.valid_to, held.effective_to)
FROM held"""
# Under a mandate, the process is one that both the line and the editor's own grant cover.
_MANDATED = f"""
SELECT line.id, line.organisation_id,
    CASE line.process_code WHEN '*' THEN usage.process_code ELSE line.process_code END,
    line.unit_id, line.actions, line.condition, greatest(line.min_identity, usage.min_identity),
    greatest(line.min_authn, usage.min_authn), line.min_org, 0, 0,
    least(line.valid_to, mandate.valid_to)
FROM access_mandate mandate
JOIN directory_organisation editor ON editor.id = mandate.editor_id AND editor.state = 'active'
JOIN held usage ON usage.organisation_id = mandate.editor_id AND 'mandate:use' = ANY(usage.actions)
    AND NOT usage.covering AND usage.unit_id IS NULL AND usage.condition = '{{}}' AND usage.min_org <= usage.link
JOIN access_grant line ON line.principal_kind = 'mandate' AND line.principal_id = mandate.id
    AND line.organisation_id = mandate.organisation_id AND {LIVE.format(row="line")}
    AND (usage.process_code = '*' OR line.process_code = '*' OR usage.process_code = line.process_code)
WHERE mandate.organisation_id = %(organisation)s AND mandate.revoked_at IS NULL
AND mandate.valid_from <= %(now)s AND mandate.valid_to > %(now)s"""  # noqa: S608 - names of our own
# The perimeter of a grant exists and, when one object is asked about, holds its unit.
_TAIL = """
SELECT chosen.id, chosen.organisation_id, chosen.process_code, area.path, chosen.condition::text,
    chosen.min_identity, chosen.min_authn, chosen.min_org, chosen.link, chosen.actions,
    chosen.depth, chosen.ends_at
FROM ({rows}) AS chosen (id, organisation_id, process_code, unit_id, actions, condition, min_identity, min_authn,
    min_org, link, depth, ends_at)
JOIN directory_organisation owner ON owner.id = chosen.organisation_id AND owner.state = 'active'
LEFT JOIN directory_unit area ON area.id = chosen.unit_id AND area.parent_id IS NOT NULL
WHERE (area.id IS NULL OR area.valid_to IS NULL OR area.valid_to > %(today)s)
{asked}"""
_FOR_ORGANISATION = "AND chosen.organisation_id = %(organisation)s"
_ONE_OBJECT = """AND chosen.organisation_id = %(organisation)s AND chosen.process_code = ANY(%(codes)s)
AND %(action)s = ANY(chosen.actions)
AND (area.id IS NULL OR starts_with(
    (SELECT path FROM directory_unit WHERE id = %(unit)s AND organisation_id = %(organisation)s), area.path))"""
_ANY_OBJECT = "AND (%(action)s::text IS NULL OR %(action)s = ANY(chosen.actions))"


@cache
def held(kind: str, *, acting_for: bool, one_object: bool) -> str:
    """Return the statement for a ``kind`` of actor who may say for whom they act.

    ``one_object``: the grants that open one action on one object; otherwise every grant, to make a filter of.
    """
    only = "AND post.organisation_id = %(organisation)s" if one_object and not acting_for else ""
    holders = _MINE.format(only=only) if kind == "account" else _PROGRAM
    rows = f"{_OWN} UNION ALL {_MANDATED}" if acting_for else _OWN
    asked = _ONE_OBJECT if one_object else _ANY_OBJECT
    if acting_for and not one_object:
        asked = f"{asked} {_FOR_ORGANISATION}"
    return f"WITH {holders}{_TAIL.format(rows=rows, asked=asked)}"
