"""One request, as many times as it takes: token, pauses, and a key so that what is sent twice is done once."""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests

from parvis.client.errors import BY_STATUS, ClientError, SignInError, UnavailableError

Result = TypeVar("Result")
TRANSIENT = frozenset({429, 502, 503, 504})
# Broken before, during or after the answer: whether the hub acted is unknown.
BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
LONGEST_PAUSE = 60.0
MARGIN_SECONDS = 30
UNAUTHORISED, OK_BELOW = 401, 400


class Transport:
    """A connection to one hub with one credential. ``tries`` counts the first; ``pause`` is in seconds and doubles."""

    def __init__(
        self,
        url: str,
        client_id: str,
        secret: str,
        *,
        tries: int = 6,
        pause: float = 0.5,
        timeout: float = 60,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = url.rstrip("/")
        self._credential = (client_id, secret)
        self._tries = max(1, tries)
        self._pause = pause
        self._timeout = timeout
        self._sleep = sleep
        self._session = requests.Session()
        self._token = ""
        self._dies_at = 0.0

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        key: str = "",
        **options: Any,
    ) -> requests.Response:
        """Send until an answer comes, and return it. Raise ClientError for a refusal, by kind.

        A POST carries an Idempotency-Key, the same at each try: ``key``, or one made here.
        """
        sent = dict(headers or {})
        if method == "POST":
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        return self.retried(lambda: self.once(method, path, sent, **options))

    def retried(self, act: Callable[[], Result]) -> Result:
        """Do it until it succeeds, with growing pauses, unless the failure is final. Raise its last failure."""
        for number in range(self._tries):
            try:
                return act()
            except UnavailableError as failure:
                if number == self._tries - 1:
                    raise
                self._sleep(self._wait(number, failure))
        raise AssertionError

    def rest(self, number: int) -> None:
        """Wait before a try that is not ours to repeat, longer each time."""
        self._sleep(min(LONGEST_PAUSE, self._pause * 2**number))

    def once(self, method: str, path: str, headers: Mapping[str, str], **options: Any) -> requests.Response:
        """Send one time, with a token that works. Raise UnavailableError when it may be tried again."""
        answer = self._send(method, path, headers, **options)
        if answer.status_code == UNAUTHORISED:  # the token died early: rotated, revoked, or another clock
            answer.close()
            self._token = ""
            answer = self._send(method, path, headers, **options)
        if answer.status_code >= OK_BELOW:
            raise refusal(answer)
        return answer

    def _send(self, method: str, path: str, headers: Mapping[str, str], **options: Any) -> requests.Response:
        authorised = {"Authorization": f"Bearer {self._live_token()}", **headers}
        try:
            return self._session.request(
                method,
                path if path.startswith(self._base) else self._base + path,
                headers=authorised,
                timeout=self._timeout,
                allow_redirects=False,
                **options,
            )
        except BROKEN as error:
            raise unreachable(error) from error

    def _live_token(self) -> str:
        if self._token and time.monotonic() < self._dies_at:
            return self._token
        try:
            answer = self._session.post(
                f"{self._base}/oauth2/token",
                data={"grant_type": "client_credentials"},
                auth=self._credential,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except BROKEN as error:
            raise unreachable(error) from error
        if answer.status_code in TRANSIENT:
            raise refusal(answer)
        if answer.status_code >= OK_BELOW:
            raise SignInError(answer.status_code, *_oauth_reason(answer))
        given = answer.json()
        self._token = given["access_token"]
        self._dies_at = time.monotonic() + max(1, given["expires_in"] - MARGIN_SECONDS)
        return self._token

    def _wait(self, number: int, failure: ClientError) -> float:
        asked = failure.retry_after
        # Spread out: a thousand towns cut off together must not come back together.
        return float(min(LONGEST_PAUSE, max(asked, self._pause * 2**number * random.uniform(0.5, 1))))  # noqa: S311


def unreachable(error: Exception) -> UnavailableError:
    """Return the failure of a call that got no whole answer."""
    return UnavailableError(0, "unreachable", str(error))


def refusal(answer: requests.Response) -> ClientError:
    """Return the exception that a problem document (RFC 9457) stands for."""
    try:
        said = answer.json()
    except (ValueError, requests.RequestException):
        said = {}
    said = said if isinstance(said, dict) else {}
    kind = BY_STATUS.get(answer.status_code, ClientError)
    error = kind(
        answer.status_code,
        str(said.get("title", f"http_{answer.status_code}")),
        str(said.get("detail", answer.reason)),
        said.get("errors", ()),
    )
    pause = answer.headers.get("Retry-After", "")
    error.retry_after = float(pause) if pause.isdigit() else 0.0
    answer.close()
    return error


def _oauth_reason(answer: requests.Response) -> tuple[str, str]:
    try:
        said = answer.json()
        return str(said["error"]), str(said["error_description"])
    except (ValueError, KeyError, TypeError):
        return "invalid_client", "Jeton refusé."
