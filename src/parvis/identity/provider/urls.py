"""Addresses of the provider: those of programs. `pages_urls` has those of people."""

from django.urls import path

from parvis.identity.provider import endpoints, leaving, metadata, pages

app_name = "openid"
urlpatterns = [
    path("jwks", metadata.jwks, name="jwks"),
    path("authorize", pages.authorize, name="authorization"),
    path("par", endpoints.par, name="par"),
    path("token", endpoints.token, name="token"),
    path("userinfo", endpoints.userinfo, name="userinfo"),
    path("introspect", endpoints.introspection, name="introspection"),
    path("revoke", endpoints.revocation, name="revocation"),
    path("logout", leaving.end_session, name="end_session"),
]
