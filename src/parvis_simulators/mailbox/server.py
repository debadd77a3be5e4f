"""Run the SMTP server and the page until told to stop."""

import argparse
import signal
import threading
from http.server import ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from parvis_simulators.mailbox.box import Mailbox
from parvis_simulators.mailbox.page import Page

HOST = "127.0.0.1"


class Keep:
    """What the SMTP server does with a message."""

    def __init__(self, box: Mailbox) -> None:
        self.box = box

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """Keep it."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.box.add(raw, envelope.mail_from or "", envelope.rcpt_tos)
        return "250 Kept"


def main(arguments: list[str]) -> int:
    """Listen on loopback only."""
    parser = argparse.ArgumentParser(prog="mailbox")
    parser.add_argument("--smtp", type=int, default=8625)
    parser.add_argument("--http", type=int, default=8626)
    options = parser.parse_args(arguments)
    box = Mailbox()
    smtp = Controller(Keep(box), hostname=HOST, port=options.smtp)
    smtp.start()
    page = ThreadingHTTPServer((HOST, options.http), type("BoundPage", (Page,), {"box": box}))
    threading.Thread(target=page.serve_forever, daemon=True).start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    page.shutdown()
    smtp.stop()
    return 0
