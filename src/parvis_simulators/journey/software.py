"""The town's own software, as an editor would write it: a token, notifications, documents, states."""

import base64
import hashlib
import json
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError


class ApiError(RuntimeError):
    """The API refused; the message is its answer."""


@dataclass(slots=True)
class Software:
    """A client of API v1."""

    base: str
    client_id: str
    secret: str
    token: str = ""

    def sign_in(self) -> int:
        """Get a bearer token and return its life in seconds."""
        basic = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        answer = self._call(
            "POST",
            "/oauth2/token",
            b"grant_type=client_credentials&scope=SI",
            {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        self.token = answer["access_token"]
        return int(answer["expires_in"])

    def notifications(self) -> list[dict[str, Any]]:
        """Return what is new."""
        found: list[dict[str, Any]] = self._call("GET", "/api/v1/notifications?limit=100")
        return found

    def case(self, case_id: str) -> dict[str, Any]:
        """Read a case."""
        found: dict[str, Any] = self._call("GET", f"/api/v1/cases/{case_id}")
        return found

    def download(self, attachment_id: str) -> bytes:
        """Fetch a document and check its digest."""
        with self._open("GET", f"/api/v1/attachments/{attachment_id}/content") as answer:
            content: bytes = answer.read()
            announced = answer.headers["Digest"]
        if base64.b64encode(hashlib.sha256(content).digest()).decode() != announced:
            message = f"digest of {attachment_id} does not match"
            raise ApiError(message)
        return content

    def move(self, case_id: str, status: str, message: str = "") -> None:
        """Change the state of a case."""
        self._call(
            "POST",
            f"/api/v1/cases/{case_id}/events",
            json.dumps({"status": status, "message": message}).encode(),
            {"Content-Type": "application/json"},
        )

    def acknowledge(self, notification_id: str) -> None:
        """Forget a notification taken into account."""
        self._call("DELETE", f"/api/v1/notifications/{notification_id}")

    def _call(self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
        with self._open(method, path, data, headers) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def _open(self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
        sent = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        request = urllib.request.Request(self.base + path, data=data, headers=sent, method=method)  # noqa: S310
        try:
            return urllib.request.urlopen(request, timeout=30)  # noqa: S310 - the base is ours
        except HTTPError as error:
            with error:
                message = f"{method} {path}: {error.code} {error.read().decode(errors='replace')[:500]}"
            raise ApiError(message) from error
