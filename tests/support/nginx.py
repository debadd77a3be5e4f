"""The real nginx, on loopback, with the configuration that the project ships."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.card_pki import Holder, Pki, issue

SHIPPED = Path(__file__).parents[2] / "docs" / "nginx" / "parvis.conf"
MAIN, CARDS = "demarches.exemple.fr", "cartes.exemple.fr"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Front:
    """Both hosts behind nginx, and the authority whose certificates they recognise."""

    folder: Path
    port: int
    tls: Holder
    pki: Pki

    def ask(self, host: str, path: str, shown: Holder | None = None, body: str = "", **headers: str) -> HTTPResponse:
        """Ask one of the hosts over TLS, with or without a certificate; POST a form when there is a body.

        The answer has been read: its text is ``answer.text``.
        """
        context = ssl.create_default_context(cadata=self.tls.pem().decode())
        if shown:
            file = self.folder / "shown.pem"
            file.write_bytes(shown.pem() + self.pki.issuing.pem() + shown.key_pem())
            context.load_cert_chain(file)
        link = HTTPSConnection(host, self.port, context=context, timeout=20)
        # The names are not in any DNS: connect to loopback, whatever the name says.
        link._create_connection = lambda *_: socket.create_connection(("127.0.0.1", self.port))  # type: ignore[attr-defined] # noqa: SLF001
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        sent = {"Host": f"{host}:{self.port}"} | kind | headers
        link.request("POST" if body else "GET", path, body or None, sent)
        answer = link.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        link.close()
        return answer


@contextmanager
def running(folder: Path, upstream: str, pki: Pki) -> Iterator[Front]:
    """Run nginx in front of ``upstream``, with the shipped configuration."""
    folder.chmod(0o755)  # nginx's workers are another user
    port, tls = free_port(), issue("TLS", None, ca=True)
    write(folder / "demarches", issue(MAIN, tls, purposes=(), names=(MAIN,)))
    write(folder / "cartes", issue(CARDS, tls, purposes=(), names=(CARDS,)))
    (folder / "authorities.pem").write_bytes(pki.root.pem() + pki.issuing.pem())
    conf = SHIPPED.read_text()
    for shipped, ours in (
        ("127.0.0.1:8600", urlsplit(upstream).netloc),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/parvis/tls/", f"{folder}/"),
        ("/etc/parvis/cards/", f"{folder}/"),
    ):
        assert shipped in conf, shipped
        conf = conf.replace(shipped, ours)
    bodies = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    errors = f"{folder}/errors"
    head = f"daemon off; pid {folder}/pid; error_log {errors}; events {{}}"
    whole = f"{head} http {{ access_log off; {bodies} {conf} }}"
    (folder / "nginx.conf").write_text(whole)
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "nginx"
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")]
    )
    try:
        wait_for(port, process)
        yield Front(folder, port, tls, pki)
    finally:
        process.terminate()
        process.wait(10)


def write(place: Path, holder: Holder) -> None:
    place.with_suffix(".pem").write_bytes(holder.pem())
    place.with_suffix(".key").write_bytes(holder.key_pem())


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        assert process.poll() is None, "nginx did not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(port)
