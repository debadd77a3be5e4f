"""Every URL of Parvis."""

from django.urls import include, path

from parvis.identity.api import discovery, token
from parvis.web import metrics, pages
from parvis.web.api import api

urlpatterns = [
    path("", pages.home, name="home"),
    path("compte/", include("parvis.identity.urls")),
    path("compte/", include("allauth.urls")),
    path("connexion/", include("parvis.identity.stepup.urls")),
    path("connexion/carte/", include("parvis.identity.cards.urls")),
    path("connexion/", include("parvis.identity.federation.urls")),
    path(".well-known/openid-configuration", discovery, name="openid_discovery"),
    path(".well-known/oauth-authorization-server", discovery, name="oauth_discovery"),
    path("openid/", include("parvis.identity.provider.urls")),
    path("langue/", include("django.conf.urls.i18n")),
    path("communes/", include("parvis.directory.urls")),
    path("", include("parvis.teleservices.urls")),
    path("suivi/", include("parvis.exchange.urls")),
    path("habilitations/", include("parvis.access.urls")),
    path("supervision/", include("parvis.exchange.console.urls")),
    path("", include("parvis.ui.urls")),
    path("oauth2/token", token, name="token"),
    path("teledossiers/v1/", include("parvis.exchange.hubee.urls")),
    path("referential/v1/", include("parvis.exchange.hubee.referential_urls")),
    path("verifier/", include("parvis.signing.verify_urls")),
    path("parapheur/", include("parvis.signing.urls")),
    path("registres/", include("parvis.preservation.urls")),
    path("pki/", include("parvis.signing.pki_urls")),
    path("journal/", include("parvis.ledger.urls")),
    path("metrics", metrics.page, name="metrics"),
    path("api/v1/", api.urls),
]

handler404 = "parvis.web.errors.not_found"
handler500 = "parvis.web.errors.server_error"
