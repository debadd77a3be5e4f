"""A client of HubEE's protocol, as its users wrote theirs: it knows nothing of Parvis but the address."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from parvis_simulators.journey.software import ApiError

_BASE = "/teledossiers/v1"


@dataclass(slots=True)
class HubeeClient:
    """One credential, in one role: OSL deposits, SI receives."""

    site: str
    role: str
    client_id: str
    secret: str
    token: str = ""

    def sign_in(self) -> None:
        """Get a token, kept for the calls that follow."""
        form = {"grant_type": "client_credentials", "scope": self.role}
        form |= {"client_id": self.client_id, "client_secret": self.secret}
        raw = self._send("POST", "/oauth2/token", urlencode(form).encode(), "application/x-www-form-urlencoded")
        self.token = json.loads(raw)["access_token"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send JSON or raw bytes and return the JSON answered, or the bytes of a document."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        answer = self._send(method, _BASE + path, raw, kind)
        return json.loads(answer) if answer[:1] in (b"{", b"[") else answer

    def _send(self, method: str, path: str, data: bytes | None, kind: str) -> bytes:
        headers = {"Content-Type": kind, "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.site + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the base is ours
                content: bytes = answer.read()
        except HTTPError as error:
            with error:
                message = f"{method} {path}: {error.code} {error.read().decode(errors='replace')[:500]}"
            raise ApiError(message) from error
        return content
