"""The page of the mail catcher, and the same as JSON for programs."""

import json
import re
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

from parvis_simulators.mailbox.box import Kept, Mailbox

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2433;--paper:#fff;--line:#c5ccd8;--accent:#34568b}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf1;--paper:#171b24;--line:#414a5c;--accent:#a9c1ec}}
body{margin:0 auto;max-width:44rem;padding:1.5rem;font:1.0625rem/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper)}
article{border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.25rem;margin:1rem 0;overflow-wrap:anywhere}
h2{font-size:1.125rem;margin:0 0 .25rem}p{margin:.25rem 0}pre{white-space:pre-wrap;font:inherit;margin:.75rem 0 0}
a{color:var(--accent)}small{opacity:.8}
"""
_LINK = re.compile(r"https?://[^\s<>&\"']+")


def _article(message: Kept) -> str:
    body = _LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(message.body))
    return (
        f"<article><h2>{escape(message.subject)}</h2>"
        f"<p><small>À {escape(', '.join(message.recipients))}, {message.at.astimezone():%d/%m/%Y %H:%M:%S}</small></p>"
        f"<pre>{body}</pre></article>"
    )


def html(messages: list[Kept]) -> str:
    """Return the whole page."""
    listed = (
        "".join(map(_article, messages)) or "<p>Aucun message pour le moment. Rechargez la page dans un instant.</p>"
    )
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Courriels de la démonstration</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<main><h1>Courriels de la démonstration</h1><p>{len(messages)} message(s). "
        f"Rien ne part vers de vraies adresses.</p>{listed}</main></body></html>"
    )


def as_json(messages: list[Kept]) -> str:
    """Return the messages as a JSON list."""
    return json.dumps(
        [{"number": m.number, "to": list(m.recipients), "subject": m.subject, "body": m.body} for m in messages],
        ensure_ascii=False,
    )


class Page(BaseHTTPRequestHandler):
    """Serves ``/`` and ``/messages.json``."""

    box: ClassVar[Mailbox]

    def do_GET(self) -> None:
        """Answer a read."""
        wants_json = self.path.startswith("/messages.json")
        text = as_json(self.box.all()) if wants_json else html(self.box.all())
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if wants_json else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Stay silent: the demo's terminal is for its story."""
