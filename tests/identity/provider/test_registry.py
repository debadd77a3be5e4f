"""What may be registered of a client, and the commands that do it."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from parvis.cli import client as client_command
from parvis.core.actor import SYSTEM
from parvis.core.errors import AbsentError, DomainError
from parvis.identity.provider import registry
from parvis.identity.provider.models import RelyingParty
from parvis.identity.provider.words import AuthMethod
from parvis.ledger.models import Entry
from tests.support import town

pytestmark = pytest.mark.django_db
PUBLIC = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"redirect_uris": ["http://rennes.example/retour"]}, "bad_address"),
        ({"redirect_uris": ["https://rennes.example/retour#ici"]}, "bad_address"),
        ({"redirect_uris": ["https://*.rennes.example/retour"]}, "bad_address"),
        ({"redirect_uris": ["https://moi@rennes.example/retour"]}, "bad_address"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "bad_address"),
        ({"redirect_uris": ["https:///retour"]}, "bad_address"),
        ({"redirect_uris": ["http://localhost:8000/retour"]}, "bad_address"),
        ({"redirect_uris": []}, "redirect_missing"),
        ({"post_logout_redirect_uris": ["ftp://rennes.example"]}, "bad_address"),
        ({"backchannel_logout_uri": "http://rennes.example/fin"}, "bad_address"),
        ({"auth_method": "client_secret_post"}, "unknown_method"),
        ({"auth_method": "private_key_jwt"}, "keys_missing"),
        ({"auth_method": "private_key_jwt", "jwks": PUBLIC, "jwks_uri": "https://rennes.example/k"}, "keys_missing"),
        ({"auth_method": "private_key_jwt", "jwks": {"keys": []}}, "bad_keys"),
        ({"jwks": {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}}, "bad_keys"),
        ({"jwks": {"keys": [OctKey.generate_key(256).as_dict()]}}, "bad_keys"),
        ({"auth_method": "tls_client_auth"}, "subject_missing"),
        ({"scopes": ["openid", "adresse"]}, "unknown_scope"),
        ({"min_acr": "or"}, "unknown_level"),
        ({"name": " "}, "name_missing"),
        ({"purpose": ""}, "purpose_missing"),
        ({"sector": ""}, "sector_missing"),
    ],
)
def test_a_registration_that_does_not_hold(wanted: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        town.registered(**wanted)
    assert code in [problem.code for problem in refused.value.problems]
    assert not RelyingParty.objects.exists()


def test_loopback_only_where_private_addresses_are_allowed(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    assert town.registered(redirect_uris=["http://localhost:8000/retour", "http://127.0.0.1/retour"])
    with pytest.raises(DomainError):
        town.registered(redirect_uris=["http://rennes.example/retour"])


def test_every_gesture_is_in_the_journal_and_a_revoked_client_is_over() -> None:
    made = town.registered()
    registry.renew_secret(client=made.id, actor=SYSTEM)
    registry.revoke_client(client=made.id, actor=SYSTEM)
    written = list(Entry.objects.order_by("at").values_list("action", flat=True))
    assert written == ["provider.client_registered", "provider.client_renewed", "provider.client_revoked"]
    for gesture in (registry.renew_secret, registry.revoke_client):
        with pytest.raises(AbsentError):
            gesture(client=made.id, actor=SYSTEM)


def test_no_secret_is_kept() -> None:
    made = town.registered()
    assert made.secret not in str(RelyingParty.objects.values())


def test_the_command_knows_the_same_methods() -> None:
    assert set(client_command.METHODS) == {str(method) for method in AuthMethod}


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from parvis.cli import _run  # noqa: PLC0415
    from tests.support import world  # noqa: PLC0415

    monkeypatch.setattr("parvis.cli.registry.ready", lambda: None)
    here = world.build()
    keys = tmp_path / "cles.json"
    keys.write_text(json.dumps(PUBLIC))
    words = ["add", "--name", "Ville", "--purpose", "Voir", "--siret", here.rennes.siret, "--branch", "35238", "--json"]
    more = ["--redirect-uri", "https://rennes.example/retour", "--method", "private_key_jwt", "--jwks", str(keys)]
    assert _run("client", [*words, *more, "--scope", "email", "--require-par"]) == 0
    made = json.loads(capsys.readouterr().out)
    row = RelyingParty.objects.get(client_id=made["client_id"])
    assert (row.sector, row.scopes, row.require_par) == (str(here.rennes.id), ["openid", "email"], True)
    assert made["secret"] == ""
    _run("client", ["list", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["client_id"] == row.client_id
    _run("client", ["revoke", row.client_id])
    assert RelyingParty.objects.get().revoked_at
    _run("keys", ["list", "--json"])
    capsys.readouterr()
    _run("keys", ["rotate", "--now", "--json"])
    assert json.loads(capsys.readouterr().out).keys() == {"current", "next", "retired"}
