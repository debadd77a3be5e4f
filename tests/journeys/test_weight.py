"""How much a first visit brings over the network, served as an installation serves it."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, Page, Response

from tests.support.site import serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
BUDGET = 60_000
WELCOME = "br, gzip"


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[str]:
    """The site with its static files collected, named by their content and compressed beforehand."""
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    with override_settings(
        STORAGES=storages, STATIC_ROOT=tmp_path, WHITENOISE_AUTOREFRESH=False, WHITENOISE_USE_FINDERS=False
    ):
        call_command("collectstatic", verbosity=0, interactive=False)
        with serving(get_wsgi_application()) as url:
            yield url


def test_a_first_visit_weighs_little(installed: str, browser: Browser) -> None:
    answers: list[Response] = []
    page: Page = browser.new_page()
    # An installation is behind TLS, where browsers take brotli too; on plain HTTP they ask for gzip alone.
    page.route("**/*", lambda route: route.continue_(headers={**route.request.headers, "accept-encoding": WELCOME}))
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - a builtin cannot be listened with
    page.goto(installed, wait_until="networkidle")
    weights = {answer.url.removeprefix(installed): _weight(answer) for answer in answers}
    page.close()
    assert all(answer.status == 200 for answer in answers)
    assert any(name.endswith(".css") for name in weights)
    assert any(name.endswith(".js") for name in weights)
    assert sum(weights.values()) <= BUDGET, weights


def _weight(answer: Response) -> int:
    """Bytes of the body as sent. The page itself is compressed by the proxy in front, as everywhere."""
    body: bytes = answer.body()
    headers: dict[str, Any] = answer.headers
    if "content-length" in headers:
        return int(headers["content-length"])
    return len(gzip.compress(body))


def test_static_files_are_compressed_beforehand(installed: str, tmp_path: Path) -> None:
    sheets = list((tmp_path / "ui").glob("tokens.*.css"))
    assert len(sheets) == 1
    assert brotli.decompress(sheets[0].with_name(sheets[0].name + ".br").read_bytes()) == sheets[0].read_bytes()
