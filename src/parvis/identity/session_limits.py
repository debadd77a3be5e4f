"""How long a session lasts: 30 minutes without a request, 12 hours whatever happens (ASVS 5, 7.3.1 and 7.3.2)."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from parvis.identity import open_sessions

IDLE = 30 * 60  # seconds; also the life of the cookie
ABSOLUTE = 12 * 3600  # seconds, as ProConnect
_WRITE_EVERY = 60  # seconds: a session read a hundred times a minute is written once
OPENED_KEY = "opened_at"
SEEN_KEY = "seen_at"
Handler = Callable[[HttpRequest], HttpResponse]


def session_limits(get_response: Handler) -> Handler:
    """End a signed-in session that is too old or was left alone; keep the others alive while they are used."""

    def handle(request: HttpRequest) -> HttpResponse:
        # Without a cookie there is no session, and looking for one would make every public answer vary by cookie.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return get_response(request)
        session = request.session
        if SESSION_KEY not in session:
            return get_response(request)
        at = time.time()
        if at - session.get(OPENED_KEY, at) > ABSOLUTE or at - session.get(SEEN_KEY, at) > IDLE:
            open_sessions.close(session)
            session.flush()
            return _sign_in_again(request)
        if at - session.get(SEEN_KEY, 0) > _WRITE_EVERY:
            session.setdefault(OPENED_KEY, at)
            session[SEEN_KEY] = at
            open_sessions.note(request)
        elif not open_sessions.is_noted(session):
            open_sessions.note(request)
        return get_response(request)

    return handle


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """Back to the sign-in page, then to the page that was asked; a form that was being sent starts again."""
    asked = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': asked})}" if asked else ""
    return HttpResponseRedirect(f"{reverse('account_login')}{query}")
