"""Whom the database works for, found and set in one statement at each request (`access.queries.enter`)."""

from django.db import migrations

# The organisations of one's rights (own, of one's posts, of the units around them) and of one's posts, then those that
# mandated one of these. The operator's own people work for the platform, whichever way they hold the right.
#
# Run as the owner, whose policy sees every row: the caller is nobody yet. It opens nothing that the application could
# not set by itself. In PL/pgSQL, which keeps its plan for the life of the connection.
ENTER = """
CREATE FUNCTION access_enter(kind text, principal uuid, at timestamptz, day date, operator text, in_transaction boolean)
RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    organisations text;
    everything boolean;
BEGIN
    WITH posts AS (
        SELECT post.id, post.organisation_id, coalesce(place.path, root.path, '') AS path
        FROM directory_membership post
        LEFT JOIN directory_unit place ON place.id = post.unit_id
        LEFT JOIN directory_unit root ON root.organisation_id = post.organisation_id AND root.parent_id IS NULL
        WHERE post.account_id = principal AND post.starts_on <= day AND (post.ends_on IS NULL OR post.ends_on >= day)
    ), principals (kind, id) AS (
        SELECT access_enter.kind, principal
        UNION ALL SELECT 'membership', posts.id FROM posts
        UNION ALL SELECT 'unit', step::uuid FROM posts, unnest(string_to_array(trim(both '/' from path), '/')) AS step
    ), own AS (
        SELECT held.organisation_id, 'platform:administer' = ANY(held.actions) AND owner.siret = operator AS platform
        FROM principals
        JOIN access_grant held ON held.principal_kind = principals.kind AND held.principal_id = principals.id
        JOIN directory_organisation owner ON owner.id = held.organisation_id
        WHERE held.revoked_at IS NULL AND held.suspended_at IS NULL AND NOT held.pending
        AND held.valid_from <= at AND (held.valid_to IS NULL OR held.valid_to > at)
        AND (held.effective_to IS NULL OR held.effective_to > at)
        UNION SELECT posts.organisation_id, false FROM posts
    ), reached AS (
        SELECT own.organisation_id, own.platform FROM own
        UNION SELECT mandate.organisation_id, false
        FROM access_mandate mandate JOIN own ON own.organisation_id = mandate.editor_id
        WHERE mandate.revoked_at IS NULL AND mandate.valid_from <= at AND mandate.valid_to > at
    )
    SELECT coalesce(array_agg(DISTINCT reached.organisation_id), '{}')::text, coalesce(bool_or(reached.platform), false)
    INTO organisations, everything FROM reached;
    IF everything THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('app.principal', principal::text, in_transaction),
            set_config('app.kind', kind, in_transaction),
            set_config('app.organisations', organisations, in_transaction);
    RETURN organisations;
END $$;
"""
NO_ENTER = "DROP FUNCTION access_enter(text, uuid, timestamptz, date, text, boolean);"


class Migration(migrations.Migration):
    """One function."""

    dependencies = (("access", "0104_acts"), ("directory", "0102_roots"))
    operations = (migrations.RunSQL(ENTER, NO_ENTER),)
