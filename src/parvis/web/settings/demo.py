"""The demo: base settings, mail to the catcher of `parvis_simulators`."""

from parvis.core import env
from parvis.web.settings.base import *  # noqa: F403 - a settings module extends another by taking its names

DEMO = True
ASSURANCE_ENFORCED = False  # its people have a password only, written on the terminal
PRESERVATION_REPLICA = env.text("PARVIS_PRESERVATION_REPLICA", str(DATA_DIR / "replica"))
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = env.number("PARVIS_SMTP_PORT", 8625)
