"""The one way tests start a browser, and what has to be there for the gates that need one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
HTML_VALIDATE = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def driver_starts() -> bool:
    """Tell whether the program that drives the browser runs here: it is linked with a library a small system lacks."""
    node, script = compute_driver_executable()
    asked = subprocess.run([node, script, "--version"], capture_output=True, check=False, timeout=60)
    return asked.returncode == 0


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium and stop it.

    Playwright keeps an event loop running in this thread, in which Django would refuse every query: none of ours
    is asynchronous, so they are safe. Under that loop Django sees other connections than before and after it: each
    side closes its own, or the test database could not be dropped.
    """
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    connections.close_all()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
            yield browser
            browser.close()
            connections.close_all()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
        if before is not None:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
