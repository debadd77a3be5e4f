"""The operator registers a town's site from a page, changes its secret, stops it; nobody else sees the page."""

import re

import pytest
from django.urls import reverse

from parvis.core.errors import RefusedError
from parvis.exchange import commands
from parvis.identity.models import RelyingParty
from tests.exchange.test_webhook_pages import operator, signed
from tests.support import town, world
from tests.support.world import World

pytestmark = pytest.mark.django_db


def asked(here: World, **changes: object) -> dict[str, object]:
    filled: dict[str, object] = {
        "name": "Ville de Rennes",
        "purpose": "Vous retrouver dans votre espace famille.",
        "siret": here.rennes.siret,
        "branch": "35238",
        "redirect_uris": "https://rennes.example/retour",
        "scopes": ["email"],
        "auth_method": "client_secret_basic",
    }
    return filled | changes


def test_a_site_is_registered_renewed_and_revoked() -> None:
    here = world.build()
    http = operator(here)
    page = http.post(reverse("sites"), asked(here)).content.decode()
    row = RelyingParty.objects.get()
    assert (row.sector, row.scopes) == (str(here.rennes.id), ["openid", "email"])
    found = re.search(r"Secret.*?<dd[^>]*>\s*(?:<[^>]+>)*([\w-]{20,})", page, re.DOTALL)
    assert found, "the secret is shown once"
    assert found[1] not in http.get(reverse("sites")).content.decode()
    place = reverse("site", args=[row.id])
    assert "L’ancien ne sert plus" in http.post(place, {"geste": "renouveler"}).content.decode()
    assert "Retirer ce site" in http.post(place, {"geste": "retirer"}).content.decode()
    assert RelyingParty.objects.get().revoked_at is None
    http.post(place, {"geste": "retirer-vraiment"})
    assert RelyingParty.objects.get().revoked_at


@pytest.mark.parametrize(
    "changes",
    [
        {"siret": "00000000000000"},
        {"redirect_uris": "http://rennes.example/retour"},
        {"redirect_uris": ""},
        {"auth_method": "private_key_jwt"},
        {"purpose": ""},
        {"scopes": ["tout"]},
    ],
)
def test_a_site_that_does_not_hold_is_refused(changes: dict[str, object]) -> None:
    here = world.build()
    assert operator(here).post(reverse("sites"), asked(here, **changes)).status_code == 422
    assert not RelyingParty.objects.exists()


def test_rights_only_the_platform_handles_sites() -> None:
    here = world.build()
    made = town.registered()
    wanted = town.registration()
    for actor in (here.as_agent, here.as_citizen):
        with pytest.raises(RefusedError):
            commands.add_site(wanted=wanted, actor=actor)
        with pytest.raises(RefusedError):
            commands.renew_site(site=made.id, actor=actor)
        with pytest.raises(RefusedError):
            commands.revoke_site(site=made.id, actor=actor)
    for place in (reverse("sites"), reverse("site", args=[made.id])):
        assert signed(here.agent).get(place).status_code == 403
    assert RelyingParty.objects.get().revoked_at is None
