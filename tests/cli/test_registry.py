import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def parvis(data: Path, *words: str) -> Any:
    """Run the command on its own installation; return its JSON, or its message when it refuses."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    done = subprocess.run(
        [sys.executable, "-m", "parvis", "--data", str(data), *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=120,
    )
    return json.loads(done.stdout) if done.returncode == 0 and "--json" in words else (done.returncode, done.stderr)


def test_a_town_is_set_up_without_a_browser(tmp_path: Path) -> None:
    code, _ = parvis(tmp_path, "migrate", "--verbosity", "0")
    assert code == 0
    parvis(tmp_path, "import", "processes", "--json")
    operator = parvis(
        tmp_path, "org", "add", "--kind", "operator", "--name", "Opérateur", "--siret", "13002603200016", "--json"
    )
    assert operator["branch_code"] == "00000"
    code, message = parvis(tmp_path, "org", "add", "--kind", "operator", "--name", "X", "--siret", "13002603200017")
    assert code == 1
    assert "clé" in message
    made = parvis(
        tmp_path,
        "subscription",
        "add",
        "--siret",
        "13002603200016",
        "--process",
        "EtatCivil",
        "--mode",
        "API",
        "--json",
    )
    assert (made["process"], made["state"], made["mode"]) == ("EtatCivil", "Actif", "API")
    code, message = parvis(tmp_path, "subscription", "add", "--siret", "00000000000000", "--process", "EtatCivil")
    assert (code, "parvis org add" in message) == (1, True)
    key = parvis(tmp_path, "credential", "add", "--name", "Clé", "--siret", "13002603200016", "--json")
    renewed = parvis(tmp_path, "credential", "rotate", key["client_id"], "--json")
    assert renewed["secret"] != key["secret"]
    assert parvis(tmp_path, "credential", "revoke", key["client_id"], "--json")["state"] == "révoquée"
    assert [row["name"] for row in parvis(tmp_path, "org", "list", "--json")] == ["Opérateur"]


def test_what_an_action_asks_is_listed_and_changed(tmp_path: Path) -> None:
    parvis(tmp_path, "migrate", "--verbosity", "0")
    listed = {(row["action"], row["service"]): row for row in parvis(tmp_path, "assurance", "list", "--json")}
    assert listed["members:manage", "*"]["authentication"] == 2
    words = ("request:submit", "--service", "recensement-citoyen", "--identity", "1", "--json")
    made = parvis(tmp_path, "assurance", "set", *words)
    assert (made["identity"], made["max_age"], made["chosen"]) == (1, 0, True)
    assert parvis(tmp_path, "assurance", "set", "x", "--authentication", "7")[0] == 2
