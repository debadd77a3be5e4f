"""Every table that speaks of an organisation or a person is behind the database's own lock, or says why it is not."""
# ruff: noqa: SLF001 - Django documents `_meta` as the way to know a model's table and columns

import ast

import pytest
from django.apps import apps
from django.db import connection, models

from tests.architecture.sources import ROOT, layers

SEEN_BY_ALL = {
    "directory_organisation": "who exists is public: the SIRENE register says it",
    "exchange_situation": "written and read by the worker and the operator's board only",
    "identity_federatedidentity": "read before anyone is known: it is how they become known",
    "identity_signinattempt": "read before anyone is known",
    "identity_suspendedrequest": "bound to a browser's session by a secret, read before it is someone's",
    "identity_opensession": "a session's own row is read to know whose it is",
    "identity_accesstoken": "read to know who holds the token",
    "identity_agentcard": "read before anyone is known: it is how they become known",
    "identity_authorisation": "found by the digest of a code or token that a town's site holds, before anyone is known",
    "identity_told": "written when a town's site shows such a token",
    "identity_logoutnotice": "written when a session ends, once its person is gone",
}
# Who works for the platform in the middle of a request, and why.
ELEVATED = {
    "src/parvis/core/tenancy.py": "where it is defined",
    "src/parvis/teleservices/pages/consulting.py": "names of the organisations that consulted a citizen's data",
    "src/parvis/web/metrics.py": "figures of the whole platform, for who holds the token",
}


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("parvis.")]


def protected() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_every_table_of_an_organisation_or_a_person_is_protected() -> None:
    locked = protected()
    bare = {}
    for model in ours():
        table = model._meta.db_table
        points_at = {
            field.related_model._meta.db_table
            for field in model._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type)
        }
        speaks = points_at & ({"directory_organisation", "identity_account"} | locked)
        if speaks and table not in locked and table not in SEEN_BY_ALL:
            bare[table] = speaks
    assert bare == {}


@pytest.mark.django_db
def test_exceptions_are_still_needed() -> None:
    tables = {model._meta.db_table for model in ours()}
    assert set(SEEN_BY_ALL) <= tables
    assert not set(SEEN_BY_ALL) & protected()


@pytest.mark.django_db
def test_every_protected_table_lets_the_three_roles_in_by_a_policy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, array_agg(DISTINCT roles::text) FROM pg_policies GROUP BY tablename")
        rules = {table: set("".join(roles).strip("{}").split("}{")) for table, roles in cursor.fetchall()}
    owner = connection.settings_dict["USER"]
    for table in protected():
        assert rules.get(table) == {"parvis_app", "parvis_batch", owner}, table


def test_few_places_work_for_the_platform_in_a_request() -> None:
    found = set()
    for path in sorted((ROOT / "src" / "parvis").rglob("*.py")):
        names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        names |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if "elevated" in names or ("scoped" in names and "PLATFORM" in names):
            found.add(str(path.relative_to(ROOT)))
    assert found == set(ELEVATED)
    assert layers(), "the sources were read"
