"""Every address leads somewhere, and asks who is there unless it is known to be for everybody."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

# Open to anonymous visitors on purpose.
PUBLIC = {
    "home",
    "services",
    "service",
    "set_language",
    "directory:suggest_communes",
    "verify",
    "journal_keys",
    "journal_policy",
    "verifier_file",
    "ui_style",
    "ui_pattern",
    "account_login",
    # Other sites send people and programs there: each says itself who may (tests/identity/provider).
    "openid_discovery",
    "oauth_discovery",
    "openid:jwks",
    "openid:authorization",
    "openid:par",
    "openid:token",
    "openid:userinfo",
    "openid:introspection",
    "openid:revocation",
    "openid:end_session",
    "openid_follow",  # kept for one browser: another one is told that there is nothing
    "openid_leave",
    # Cards: 404 where none is read; an answer that nobody asked for is refused, 422 (tests/identity/cards).
    "cards:leave",
    "cards:read",
    "cards:callback",
    "federation:leave",  # on the way to a provider and back: nobody is signed in yet
    "federation:callback",
    "federation:left",
    "account_logout",  # sends home whoever is not signed in
    "account_signup",
    "account_inactive",
    "account_confirm_email",
    "account_confirm_login_code",  # sends to the sign-in page itself
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
# A program's page that tells nobody that it exists: 404 without its token (tests/web/test_metrics.py).
# And the demo's certification authority, which is nowhere else (tests/signing/test_certificates.py).
# The published journal answers whoever asks, 404 while it is empty (tests/ledger/test_publishing.py).
HIDDEN = {"journal_checkpoint", "journal_tile", "metrics", "pki_root", "pki_crl", "pki_ocsp", "pki_ocsp_get"}
# Programs show a credential instead; refused with 401, or 405 where only POST exists.
MACHINES = ("oauth2/", "api/v1/", "teledossiers/v1/", "referential/v1/")
SOME = {
    "service": "recensement-citoyen",
    "name": "step",
    "slug": "identite",
    "key": "abc",
    "uidb36": "a",
    "pk": "7",
}
NOBODYS = UUID(int=7)


def _patterns(resolver: URLResolver, route: str = "", space: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _patterns(entry, f"{route}{entry.pattern}", inner)
        else:
            yield f"{route}{entry.pattern}", f"{space}{entry.name or ''}", entry


def _address(name: str, route: str) -> str:
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
    return reverse(name, kwargs={key: SOME.get(key, NOBODYS) for key in wanted})


ALL = list(_patterns(get_resolver()))
PEOPLE = [(name, route) for route, name, _ in ALL if not route.startswith(MACHINES) and name not in HIDDEN]


def test_the_list_of_public_addresses_names_only_what_exists() -> None:
    assert {name for name, _ in PEOPLE} >= PUBLIC


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "route"), [pytest.param(*one, id=one[0]) for one in PEOPLE])
def test_an_anonymous_visitor_is_sent_to_sign_in_unless_the_page_is_public(name: str, route: str) -> None:
    assert name, route
    for method in ("get", "post"):
        answer = getattr(Client(), method)(_address(name, route))
        asked = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
        if name not in PUBLIC and answer.status_code != 405:
            assert asked, (method, answer.status_code)


@pytest.mark.django_db
def test_a_program_without_a_credential_is_refused() -> None:
    client = Client()
    found = {
        (route, method, getattr(client, method)(_path(route, pattern)).status_code)
        for route, name, pattern in ALL
        if route.startswith(MACHINES) and name not in ("api-v1:openapi-json", "api-v1:api-root")
        for method in ("get", "post")
    }
    # Not 404 either: an address mistaken by this test would pass for a refusal.
    assert {one for one in found if one[2] not in (401, 405)} == {("oauth2/token", "post", 400)}


def _path(route: str, pattern: URLPattern) -> str:
    whole = {key for key, converter in pattern.pattern.converters.items() if isinstance(converter, IntConverter)}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "7" if found[1] in whole else str(NOBODYS), route)
