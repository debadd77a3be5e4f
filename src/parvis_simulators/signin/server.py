"""Carry the providers over HTTP, each under its own path of one loopback address."""

import argparse
import json
import signal
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from parvis_simulators.signin import page
from parvis_simulators.signin.provider import Client, Provider, as_bytes

HOST = "127.0.0.1"
_HTML = "text/html; charset=utf-8"
_JSON = "application/json"


class Handler(BaseHTTPRequestHandler):
    """Finds the provider by the first step of the path, then the address by the rest."""

    providers: ClassVar[Mapping[str, Provider]]

    def do_GET(self) -> None:
        """Answer a browser or a program that reads."""
        parts = urlsplit(self.path)
        slug, _, rest = parts.path.lstrip("/").partition("/")
        provider = self.providers.get(slug)
        answers: dict[str, Callable[[Provider, dict[str, str]], None]] = {
            ".well-known/openid-configuration": lambda p, _: self._send(200, as_bytes(p.description()), _JSON),
            "jwks": lambda p, _: self._send(200, as_bytes(p.keys()), _JSON),
            "authorize": self._authorize,
            "choose": self._choose,
            "userinfo": self._userinfo,
            "session/end": lambda _, asked: self._go(f"{asked['post_logout_redirect_uri']}?state={asked['state']}"),
        }
        if provider is None or rest not in answers:
            self._send(404, b"{}", _JSON)
            return
        answers[rest](provider, dict(parse_qsl(parts.query, keep_blank_values=True)))

    def do_POST(self) -> None:
        """Answer an exchange of code."""
        slug, _, rest = urlsplit(self.path).path.lstrip("/").partition("/")
        provider = self.providers.get(slug)
        form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        if provider is None or rest != "token":
            self._send(404, b"{}", _JSON)
            return
        status, body = provider.token(form)
        self._send(status, as_bytes(body), _JSON)

    def _authorize(self, provider: Provider, asked: dict[str, str]) -> None:
        code = provider.refusal(asked)
        text = page.refusal(provider, code) if code else page.chooser(provider, asked)
        self._send(400 if code else 200, text.encode(), _HTML)

    def _choose(self, provider: Provider, asked: dict[str, str]) -> None:
        person = asked.pop("person", "")
        if code := provider.refusal(asked):
            self._send(400, page.refusal(provider, code).encode(), _HTML)
        elif person in provider.people:
            self._go(provider.authorize(asked, person))
        else:
            self._go(provider.error_address(asked, "access_denied", "user authentication aborted"))

    def _userinfo(self, provider: Provider, _asked: dict[str, str]) -> None:
        token = provider.userinfo(self.headers.get("Authorization", "").removeprefix("Bearer "))
        self._send(200 if token else 401, token.encode(), "application/jwt")

    def _go(self, address: str) -> None:
        self.send_response(303)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, data: bytes, media: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Stay silent: the demo's terminal is for its story."""


def serving(providers: Mapping[str, Provider], port: int = 0) -> ThreadingHTTPServer:
    """Return a server that answers in the background, on any free port when none is given."""
    server = ThreadingHTTPServer((HOST, port), type("BoundHandler", (Handler,), {"providers": providers}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main(arguments: list[str]) -> int:
    """Play every provider of a settings file (the one Parvis reads) on loopback, until told to stop."""
    parser = argparse.ArgumentParser(prog="signin")
    parser.add_argument("--http", type=int, default=8627)
    parser.add_argument("--providers", type=Path, required=True, help="the file that PARVIS_PROVIDERS names")
    parser.add_argument("--site", required=True, help="address of Parvis")
    options = parser.parse_args(arguments)
    known = json.loads(options.providers.read_text(encoding="utf-8"))
    server = serving({one["slug"]: _provider(one, options.site) for one in known}, options.http)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    server.shutdown()
    return 0


def _provider(one: Mapping[str, str], site: str) -> Provider:
    back = f"{site}/connexion/{one['slug']}/retour/"
    key = one.get("decryption_key", "")
    return Provider(one["kind"], one["issuer"], Client(one["client_id"], one["client_secret"], back, key))
