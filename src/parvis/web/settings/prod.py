"""A real installation behind a TLS proxy: base settings, strict transport."""

from parvis.core import env
from parvis.web.settings.base import *  # noqa: F403 - a settings module extends another by taking its names

SECURE_HSTS_SECONDS = env.number("PARVIS_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("PARVIS_HSTS_SUBDOMAINS", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("PARVIS_SSL_REDIRECT", default=True)
