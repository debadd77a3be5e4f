"""The operator gives a program its key from a page, changes its secret, stops it; nobody else sees the page."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from parvis.access.enums import Action
from parvis.cli import credential
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.exchange import commands
from parvis.exchange.commands import keys
from parvis.identity import commands as identity
from parvis.identity.commands import BadCredentialsError
from parvis.identity.models import MachineClient
from tests.exchange.test_webhook_pages import operator, signed
from tests.support import world
from tests.support.world import World

pytestmark = pytest.mark.django_db


def asked(here: World, **changes: str) -> dict[str, str]:
    return {"name": "Logiciel de Rennes", "role": "SI", "siret": here.rennes.siret, "branch": "35238"} | changes


def test_a_key_is_given_renewed_and_revoked() -> None:
    here = world.build()
    http = operator(here)
    page = http.post(reverse("keys"), asked(here)).content.decode()
    row = MachineClient.objects.get()
    found = re.search(r"Secret.*?<dd[^>]*>\s*(?:<[^>]+>)*([\w-]{20,})", page, re.DOTALL)
    assert found, "the secret is shown once"
    assert identity.issue_token(client_id=row.client_id, secret=found[1], scope="SI").token
    assert found[1] not in http.get(reverse("keys")).content.decode()
    place = reverse("key", args=[row.id])
    assert "L’ancien reste accepté" in http.post(place, {"geste": "renouveler"}).content.decode()
    assert identity.issue_token(client_id=row.client_id, secret=found[1], scope="SI").token
    identity.suspend_client(client=row.id, actor=here.as_agent)
    assert "Suspendue" in http.get(place).content.decode()
    http.post(place, {"geste": "retablir"})
    assert "Suspendue" not in http.get(place).content.decode()
    assert "Révoquer cette clé" in http.post(place, {"geste": "revoquer"}).content.decode()
    assert identity.issue_token(client_id=row.client_id, secret=found[1], scope="SI").token, "asked, not done"
    http.post(place, {"geste": "revoquer-vraiment"})
    with pytest.raises(BadCredentialsError):
        identity.issue_token(client_id=row.client_id, secret=found[1], scope="SI")


def test_a_key_for_nobody_is_refused() -> None:
    here = world.build()
    http = operator(here)
    answer = http.post(reverse("keys"), asked(here, siret="00000000000000"))
    assert answer.status_code == 422
    assert http.post(reverse("keys"), asked(here, role="ADMIN")).status_code == 422
    assert MachineClient.objects.count() == 0
    assert http.get(reverse("key", args=[new_id()])).status_code == 404


def test_the_command_line_offers_the_same_roles() -> None:
    assert set(credential.ROLES) == set(keys.ROLES)


def test_rights_only_the_platform_handles_keys() -> None:
    here = world.build()
    made = identity.register_client(name="Logiciel", scopes=["SI"], actor=here.as_agent)
    world.allow(here.as_agent, here.rennes.id, (Action.MEMBERS_MANAGE,))
    for gesture in (
        lambda: commands.add_key(name="x", role="SI", organisation=here.rennes.id, actor=here.as_agent),
        lambda: commands.rotate_key(client=made.client, actor=here.as_agent),
        lambda: commands.revoke_key(client=made.client, actor=here.as_agent),
    ):
        with pytest.raises((RefusedError, AbsentError, DomainError)):
            gesture()
    http: Client = signed(here.agent)
    assert http.get(reverse("keys")).status_code == 403
    assert http.post(reverse("key", args=[made.client]), {"geste": "revoquer-vraiment"}).status_code == 403
    assert MachineClient.objects.get().revoked_at is None
