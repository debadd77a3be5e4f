"""Row-level security, written the same way for every table of an organisation. For migrations."""

# The organisations and the person or program of the present scope (`core.tenancy`). An empty setting is null, and
# null equals nothing: no scope, no row.
# Read by a subquery, once a statement: a setting read and cut into an array for each row made a count three times as
# long. An index is chosen by the query's own filter, never by the policy.
OUR_LIST = "(SELECT NULLIF(current_setting('app.organisations', true), '')::uuid[])"
OURS = f"ANY({OUR_LIST}::uuid[])"
ME = "(SELECT NULLIF(current_setting('app.principal', true), '')::uuid)"
CALLER = "(current_setting('app.kind', true) || ':' || current_setting('app.principal', true))"

_PROTECT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_batch ON {table} TO parvis_batch USING (true) WITH CHECK (true);
DO $$ BEGIN
    EXECUTE format('CREATE POLICY {table}_owner ON {table} TO %I USING (true) WITH CHECK (true)', current_user);
END $$;
"""
_UNPROTECT = """
DROP POLICY {table}_owner ON {table};
DROP POLICY {table}_batch ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


def protect(table: str, *, seen: str, added: str = "", changed: str = "") -> tuple[str, str]:
    """Return the SQL that protects a table, and the SQL that undoes it.

    ``seen`` is the condition of the rows that the application may read, change and delete; ``added`` that of those it
    may write where it differs; ``changed`` narrows what it may change and delete to less than what it may read.
    """
    head, foot = _PROTECT.format(table=table), _UNPROTECT.format(table=table)
    if not changed:
        made = f"CREATE POLICY {table}_app ON {table} TO parvis_app USING ({seen}) WITH CHECK ({added or seen});\n"
        return head + made, f"DROP POLICY {table}_app ON {table};\n" + foot
    parts = {
        "read": f"FOR SELECT TO parvis_app USING ({seen})",
        "add": f"FOR INSERT TO parvis_app WITH CHECK ({added or changed})",
        "change": f"FOR UPDATE TO parvis_app USING ({changed}) WITH CHECK ({changed})",
        "remove": f"FOR DELETE TO parvis_app USING ({changed})",
    }
    made = "".join(f"CREATE POLICY {table}_{name} ON {table} {rule};\n" for name, rule in parts.items())
    return head + made, "".join(f"DROP POLICY {table}_{name} ON {table};\n" for name in parts) + foot
