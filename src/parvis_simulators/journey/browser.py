"""A very small browser: cookies, redirects, and forms filled by the names of their fields."""

import secrets
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin

from lxml import html

Values = Mapping[str, str]
Files = Mapping[str, tuple[str, bytes]]


class UnexpectedPageError(RuntimeError):
    """The site did not answer what a person would expect; the message says what it showed."""


@dataclass(slots=True)
class Page:
    """A page received."""

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def document(self) -> Any:
        """The page parsed (the stubs of lxml do not know what an HTML element adds)."""
        return html.fromstring(self.content)

    @property
    def text(self) -> str:
        """The words of the page, spaces folded."""
        return " ".join(str(self.document.text_content()).split())

    def link(self, containing: str) -> str:
        """Return the address of the first link whose text holds these words."""
        for anchor in self.document.iter("a"):
            if containing in " ".join(anchor.text_content().split()):
                return str(urljoin(self.url, anchor.get("href", "")))
        message = f"no link « {containing} » on {self.url}: {self.text[:400]}"
        raise UnexpectedPageError(message)

    def expect(self, words: str) -> "Page":
        """Return the page itself if it shows these words."""
        if words not in self.text:
            message = f"« {words} » expected on {self.url} ({self.status}): {self.text[:600]}"
            raise UnexpectedPageError(message)
        return self


@dataclass(slots=True)
class Browser:
    """One person's browser."""

    base: str
    jar: CookieJar = field(default_factory=CookieJar)
    requests: int = 0

    def get(self, path: str) -> Page:
        """Open an address."""
        return self._send(urllib.request.Request(urljoin(self.base, path)))  # noqa: S310 - the base is ours

    def submit(self, page: Page, values: Values, files: Files | None = None, *, having: str = "") -> Page:
        """Fill the form that holds the field ``having`` (or the first of ``values``) and send it."""
        form = self._form(page, having or next(iter(values)))
        filled = {name: value for name, value in form.form_values() if name} | dict(values)
        target = urljoin(page.url, form.get("action") or page.url)
        if files is None:
            data, kind = urlencode(filled).encode(), "application/x-www-form-urlencoded"
        else:
            data, kind = _multipart(filled, files)
        headers = {"Content-Type": kind, "Referer": page.url}
        return self._send(urllib.request.Request(target, data=data, headers=headers, method="POST"))  # noqa: S310

    def _form(self, page: Page, name: str) -> html.FormElement:
        for form in page.document.forms:
            if name in form.fields or any(control.get("name") == name for control in form.iter("input", "button")):
                return form
        message = f"no form with the field « {name} » on {page.url} ({page.status}): {page.text[:600]}"
        raise UnexpectedPageError(message)

    def _send(self, request: urllib.request.Request) -> Page:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.requests += 1
        try:
            with opener.open(request, timeout=30) as answer:
                return Page(answer.url, answer.status, answer.read(), dict(answer.headers))
        except HTTPError as error:
            with error:
                return Page(error.url or request.full_url, error.code, error.read(), dict(error.headers))


def _multipart(values: Values, files: Files) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    lines: list[bytes] = []
    for name, value in values.items():
        if name not in files:
            lines += [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()]
    for name, (file_name, content) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        lines += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", content, b"\r\n"]
    lines.append(f"--{boundary}--\r\n".encode())
    return b"".join(lines), f"multipart/form-data; boundary={boundary}"
