"""The tests: base settings, faster hashing, mail kept in memory, plain static files."""

from parvis.web.settings.base import *  # noqa: F403 - a settings module extends another by taking its names

SECRET_KEY = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"  # noqa: S105 - not a secret
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# No pool: its threads would hold the test database open when it is dropped, and outlive the tests that count threads.
DATABASES["default"]["OPTIONS"].pop("pool", None)
# Static files straight from the sources: a test run collects nothing.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# Tests that are not about assurance open sessions without proof; those that are turn it on.
ASSURANCE_ENFORCED = False
PROVIDER_SPREADS_NOTICES = False
# Offered on the pages, never called: tests that sign in play the providers on loopback.
FEDERATION = [
    {"slug": slug, "kind": slug, "name": name, "issuer": f"https://{slug}.example/api/v2", "client_id": "parvis"}
    for slug, name in (("franceconnect", "FranceConnect"), ("proconnect", "ProConnect"))
]
