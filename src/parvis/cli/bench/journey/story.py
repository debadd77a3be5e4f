"""The journey as a browser plays it: every page is asked for, every form is sent, every redirect is followed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from parvis.cli.bench.drive.wsgi import Browser, UnexpectedAnswerError
from parvis.cli.bench.journey import answers

Kind = Literal["start", "begin", "resume", "step", "step_sent", "pieces", "upload", "summary", "submit", "tracking"]
START = "/demarches/recensement-citoyen/"
FORM = "application/x-www-form-urlencoded"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(slots=True)
class Journey:
    """One journey: the processor time of each of its requests, in milliseconds, in order."""

    browser: Browser
    costs: list[tuple[Kind, float]] = field(default_factory=list)

    @property
    def total(self) -> float:
        """The processor time of the whole journey (ms)."""
        return sum(cost for _, cost in self.costs)

    def get(self, kind: Kind, url: str, *, expect: int = 200) -> str:
        """Ask for a page; return the token of its form, or the address it leads to."""
        answer = self.browser.send("GET", url, expect=expect)
        self.costs.append((kind, answer.cpu * 1000))
        if expect != 200:  # noqa: PLR2004 - a redirect
            return answer.headers["Location"]
        found = _TOKEN.search(answer.body)
        if found is None:
            message = f"no form on {url}"
            raise UnexpectedAnswerError(message)
        return found.group(1).decode()

    def post(self, kind: Kind, url: str, body: bytes, content_type: str = FORM) -> str:
        """Send a form; return the address it leads to. A form shown again is an error."""
        answer = self.browser.send("POST", url, body, content_type, expect=302)
        self.costs.append((kind, answer.cpu * 1000))
        return answer.headers["Location"]


def play(browser: Browser, steps: Mapping[str, Mapping[str, str]], document: bytes) -> Journey:
    """Play one journey to its end. The session is open already."""
    told = Journey(browser)
    token = told.get("start", START)
    request = told.post("begin", START, _form(token))
    url = told.get("resume", request, expect=302)
    for slug, typed in steps.items():
        if not url.endswith(f"/{slug}/"):
            message = f"{url} instead of the step {slug}"
            raise UnexpectedAnswerError(message)
        url = told.post("step_sent", url, _form(told.get("step", url), **typed))
    token = told.get("pieces", url)
    body, kind = answers.multipart({"csrfmiddlewaretoken": token}, {"ji": document, "jf": document})
    url = told.post("upload", url, body, kind)
    url = told.post("submit", url, _form(told.get("summary", url), declaration="on"))
    told.get("tracking", url)
    return told


def still(browser: Browser, requests: int) -> float:
    """Ask as many times for the still page, and return the processor time of them all (ms)."""
    return sum(browser.send("GET", "/temoin").cpu for _ in range(requests)) * 1000


def signed_in(email: str) -> Browser:
    """Return a browser in which this account has signed in."""
    from django.conf import settings  # noqa: PLC0415 - Django must be ready
    from django.contrib import auth  # noqa: PLC0415 - same
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - same

    from parvis.identity import queries as identity  # noqa: PLC0415 - same

    account = identity.account_by_email(email)
    if account is None:
        raise LookupError(email)
    session = SessionStore()
    session[auth.SESSION_KEY] = str(account.pk)
    # The last is the one that knows people; the one before only counts wrong guesses.
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[auth.HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    cookies = {settings.SESSION_COOKIE_NAME: session.session_key or ""}
    return Browser(headers={"Origin": settings.SITE_URL, "Accept-Language": "fr"}, cookies=cookies)


def waiting_jobs(task: str) -> list[Callable[[], None]]:
    """Take the jobs of this name that wait, ready to be run in this process."""
    import json  # noqa: PLC0415 - with the rest of what only jobs need

    from django.db import connection  # noqa: PLC0415 - Django must be ready
    from procrastinate.contrib.django import app  # noqa: PLC0415 - same

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s RETURNING args", [task])
        rows = [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]
    function = app.tasks[task].func
    return [lambda args=args: function(**args) for args in rows]  # type: ignore[misc] # bound now, on purpose


def _form(token: str, **fields: str) -> bytes:
    return urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
