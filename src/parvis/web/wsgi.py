"""WSGI entry point, served by granian (`parvis serve`)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.web.settings.base")
application = get_wsgi_application()
