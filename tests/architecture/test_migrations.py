"""Migrations say all that the models say, and each may run while the former version of the code still serves."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django_migration_linter import MigrationLinter

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("parvis.")]
# Written before anything was installed anywhere: there was no former code to serve.
BEFORE_THE_FIRST_RELEASE = ["0001_initial", "0002_hub", "0003_breaker", "0004_webhooks", "0006_native_api"]

# Unique over a column that the same migration adds empty, empty values left out, or over the key and something else:
# nothing can clash.
HARMLESS = ["0101_units_and_links", "0101_delegation"]


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize("label", OURS)
def test_migrations_can_run_under_the_former_code(label: str) -> None:
    linter = MigrationLinter(
        include_apps=[label],
        ignore_name=BEFORE_THE_FIRST_RELEASE + HARMLESS,
        no_cache=True,
        quiet=["ok", "ignore", "warning"],
    )
    linter.lint_all_migrations()
    assert not linter.has_errors
