"""The two roles that the application works as, and what they may do. See `core.tenancy`."""

from typing import Any

from django.db import migrations

ROLES = ("parvis_app", "parvis_batch")

# Roles belong to the whole cluster: another database may have made them, at this very moment.
_CREATE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN NOINHERIT;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'The role {role} is missing and this user may not create it.'
        USING HINT = 'As an administrator of the server: CREATE ROLE {role} NOLOGIN; GRANT {role} TO this user.';
END $$;
"""
_MEMBER = """
DO $$ BEGIN
    -- Since PostgreSQL 16, who makes a role is its member without the right to become it.
    IF NOT pg_has_role(current_user, '{role}',
                       CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END) THEN
        EXECUTE format('GRANT {role} TO %I', current_user);
    END IF;
END $$;
"""
_RIGHTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
"""
_TAKE_BACK = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE USAGE, SELECT ON SEQUENCES FROM {role};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role};
"""


def make(_apps: Any, editor: Any) -> None:
    """Create the roles and give them the tables."""
    for role in ROLES:
        for statement in (_CREATE, _MEMBER, _RIGHTS):
            editor.execute(statement.format(role=role), None)


def take_back(_apps: Any, editor: Any) -> None:
    """Take the tables back. The roles stay: other databases of the cluster may use them."""
    for role in ROLES:
        editor.execute(_TAKE_BACK.format(role=role), None)


class Migration(migrations.Migration):
    """Roles and rights."""

    dependencies = ()
    operations = (migrations.RunPython(make, take_back, elidable=False),)
