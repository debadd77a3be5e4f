"""What is checked of a page in a browser. Each check returns what it found wrong, in words; nothing is good.

The scripts are run by the browser's own debugger, which the content security policy does not stop: a violation of
the policy by the page itself still reaches the console, and fails.
"""

import json
from functools import cache
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, Response, ViewportSize

from tests.support import chromium

NARROW = ViewportSize(width=320, height=800)
SCRIPTS = Path(__file__).with_name("checks.js")
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 25, 32)"}
MOST_STOPS = 150


@cache
def _axe_source() -> str:
    return chromium.AXE.read_text()


@cache
def _scripts() -> str:
    return SCRIPTS.read_text()


def _ask(page: Page, name: str, argument: object = None) -> list[str]:
    found: list[str] = page.evaluate(f"({_scripts()}).{name}({json.dumps(argument)})")
    return [f"{name}: {line}" for line in found]


def axe(page: Page, *rules: str) -> list[str]:
    """Every rule of axe, its good practices included, or the rules given."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe_source())
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"axe {rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def styled(page: Page, scheme: str) -> list[str]:
    """Our own look is there: axe finds nothing wrong on a page without its style sheets."""
    return _ask(page, "styled", {"paper": PAPER[scheme]})


def fits(page: Page) -> list[str]:
    """No scrolling sideways, nothing cut, no control or word over another."""
    return [*_ask(page, "wide"), *_ask(page, "cut"), *_ask(page, "overlapping")]


def space_out(page: Page) -> None:
    """Space the text as RGAA 10.12 says a reader may."""
    page.evaluate(f"({_scripts()}).spaceOut()")


def keyboard(page: Page) -> list[str]:
    """Tab from the top to the end: every stop shows the focus, every control of the content is one, nothing traps."""
    # From the first skip link: a page with errors has put the focus further down.
    page.evaluate("document.querySelector('.skip-links a').focus()")
    expected: int = page.evaluate(f"({_scripts()}).stops()")
    found: list[str] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(f"({_scripts()}).stop()")
        if stop is None:
            break
        found += [f"keyboard: {problem}" for problem in stop["problems"]]
        expected -= stop["content"]
    else:
        found.append(f"keyboard: no end after {MOST_STOPS} stops")
    return [*found, f"keyboard: {expected} controls out of reach"] if expected > 0 else found


class Seen:
    """Listens to a page from before its first request: console, script errors, answers of style sheets and scripts."""

    def __init__(self, page: Page, *, allowed: set[int]) -> None:
        self.page, self.allowed = page, {*allowed} - {200}
        self.found: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("response", self._response)

    def problems(self) -> list[str]:
        """What was heard since the beginning."""
        return self.found

    def _console(self, message: ConsoleMessage) -> None:
        # The browser writes a line of its own for each answer that is not a success, the meant ones included.
        meant = any(f"status of {status} " in message.text for status in self.allowed)
        ours = message.location.get("url", "").split("#")[0] == self.page.url.split("#")[0]
        if message.type in ("error", "warning") and not (meant and ours):
            self.found.append(f"console: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        kind = response.request.resource_type
        if kind in ("stylesheet", "script", "image", "font") and response.status not in (200, 304):
            self.found.append(f"{kind}: {response.status} {response.url}")
