"""Client certificates through a real nginx: it verifies the chain, and nothing else can say which was shown."""

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client as Browser

from tests.support import pki, town
from tests.support.site import serving
from tests.support.town import Town

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(NGINX is None, reason="needs nginx"),
]
CONFIGURATION = """
pid {place}/pid; error_log {place}/errors; daemon off; events {{}}
http {{
  access_log off;
  client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};
  uwsgi_temp_path {place}; scgi_temp_path {place};
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {place}/site.pem; ssl_certificate_key {place}/site.key;
    ssl_client_certificate {place}/authority.pem; ssl_verify_client optional;
    location / {{
      proxy_pass {behind};
      proxy_set_header X-Client-Cert $ssl_client_escaped_cert;
      proxy_set_header X-Client-Verify $ssl_client_verify;
    }}
  }}
}}
"""


class Proxy:
    """nginx in front of Parvis, and callers that show a certificate or not."""

    def __init__(self, place: Path, port: int, authority: pki.Identity) -> None:
        self.place, self.port, self.authority = place, port, authority

    def call(self, path: str, shown: pki.Identity | None, body: str = "", **headers: str) -> tuple[int, Any]:
        """Call a path through the proxy; POST when there is a body."""
        context = ssl.create_default_context(cadata=self.authority.pem)
        context.check_hostname = False
        if shown:
            (self.place / "shown.pem").write_bytes(shown.pem.encode() + shown.key_pem)
            context.load_cert_chain(self.place / "shown.pem")
        link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        link.request("POST" if body else "GET", path, body or None, kind | headers)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, json.loads(text) if text.startswith("{") else text


@pytest.fixture
def proxy(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Proxy]:
    settings.TLS_PROXIES = ["127.0.0.1"]
    authority = pki.authority()
    site = pki.signer(authority, "localhost")
    (tmp_path / "authority.pem").write_text(authority.pem)
    (tmp_path / "site.pem").write_text(site.pem)
    (tmp_path / "site.key").write_bytes(site.key_pem)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serving() as behind:
        (tmp_path / "conf").write_text(CONFIGURATION.format(place=tmp_path, port=port, behind=behind))
        command = [str(NGINX), "-e", str(tmp_path / "errors"), "-c", str(tmp_path / "conf")]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                _wait(port)
                yield Proxy(tmp_path, port, authority)
            finally:
                process.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("nginx does not start")


def test_a_token_follows_the_certificate_it_was_given_to(proxy: Proxy, browser: Browser) -> None:
    client = Town(town.registered(auth_method="tls_client_auth", tls_subject="CN=rennes"))
    good = pki.signer(proxy.authority, "rennes")
    other = pki.signer(proxy.authority, "nice")
    stranger = pki.signer(pki.authority("Une autre"), "rennes")
    old = pki.signer(proxy.authority, "rennes", days=10)
    body = urlencode(
        {
            "grant_type": "authorization_code",
            "code": client.sign_in(browser)["code"],
            "redirect_uri": client.back,
            "code_verifier": client.verifier,
            "client_id": client.made.client_id,
        }
    )
    assert proxy.call(town.TOKEN, None, body)[0] == 401
    assert proxy.call(town.TOKEN, other, body)[0] == 401
    for bad in (stranger, old):  # nginx itself says so
        assert proxy.call(town.TOKEN, bad, body)[0] == 400
    forged = {"X-Client-Cert": quote(good.pem), "X-Client-Verify": "SUCCESS"}
    assert proxy.call(town.TOKEN, None, body, **forged)[0] == 401
    status, tokens = proxy.call(town.TOKEN, good, body)
    assert status == 200, tokens
    held = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert proxy.call(town.USERINFO, good, **held)[0] == 200
    assert proxy.call(town.USERINFO, pki.signer(proxy.authority, "rennes"), **held)[0] == 401
    assert proxy.call(town.USERINFO, None, **held)[0] == 401
    assert proxy.call(town.USERINFO, None, **held, **forged)[0] == 401
