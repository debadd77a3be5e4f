"""The settings of a bench: those of production, and one page more, the baseline of the journeys."""

from parvis.web.settings.prod import *  # noqa: F403 - a settings module extends another by taking its names

ROOT_URLCONF = "parvis.cli.bench.urls"
