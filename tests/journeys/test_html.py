"""The HTML as it is served, of every scene at once: valid, one title of its own, headings in order."""

import re
import subprocess
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from lxml import html

from tests.journeys.scene import Scene
from tests.journeys.scenes import SCENES, Stage, set_stage
from tests.support import chromium

pytestmark = pytest.mark.django_db
MISTAKE = "Erreur : "
# The same page seen by someone else, in another state, or shown as an example, bears the same title.
SAME_PAGE = {
    "registers-none": "registers",
    "register-inspected": "register-to-deposit",
    "deposits-none": "deposits",
    "deposit-seen-by-town": "deposit-wrong",
    "home-signed-in": "home",
    "step-identity-filled": "step-identity",
    "files-attached": "files",
    "summary-incomplete": "summary",
    "dashboard-empty": "dashboard",
    "consultations-empty": "consultations",
    "case-being-signed": "case",
    "card-registered": "card-register",
    "card-batch": "batch-given-up",
    "replies-new": "reply-new",
    "desk-nothing-found": "desk",
    "desk-empty": "desk",
    "desk-no-rights": "desk",
    "board-of-an-agent": "board",
    "organisations-nothing-found": "organisations",
    "board-empty": "board",
    "board-no-rights": "board",
    "webhooks-empty": "webhooks",
    "subscriptions-no-rights": "subscriptions",
    "subscription-to-decide": "subscription-waiting",
    "parapheur-sent": "parapheur",
    "parapheur-nothing-found": "parapheur",
    "parapheur-no-rights": "parapheur",
    "parapheur-sent-one": "parapheur-to-sign",
    "batches-empty": "batches",
    "case-read-only": "case",
    "case-done": "case",
    "confirmation": "tracking",
    "another-persons-request": "unknown-address",
    "identities-linked": "identities",
    "towns-empty": "towns",
    "town-wishes-more": "town-asks-more",
    "town-unknown": "town-request-over",
    "rights-home-none": "rights-home",
    "rights-tree-of-another": "unknown-address",
    "why": "who",
}


@pytest.fixture
def pages() -> dict[str, str]:
    """Every scene served, by name, in French and in English, and with the errors of its form."""
    stage = set_stage()
    served: dict[str, str] = {}
    with translation.override("fr"):  # the language of the last answer stays in this thread otherwise
        for scene in SCENES:
            served |= _served(stage, scene)
    return served


def _served(stage: Stage, scene: Scene) -> dict[str, str]:
    served: dict[str, str] = {}
    for language in ("en", "fr"):
        answer = _client(stage, scene, language).get(stage.path(scene))
        assert answer.status_code == scene.status, scene.name
        served[f"{scene.name}.{language}"] = answer.content.decode()
    if scene.sends:
        answer = _client(stage, scene, "fr").post(stage.path(scene), {})
        assert answer.status_code == 422, scene.name
        served[f"{scene.name}.errors"] = answer.content.decode()
    return served


def _client(stage: Stage, scene: Scene, language: str) -> Client:
    client = Client(headers={"accept-language": language})
    if scene.who:
        client.cookies[settings.SESSION_COOKIE_NAME] = stage.sessions[scene.who]
    return client


def _document(content: str) -> Any:
    """The stubs of lxml do not know what an HTML document adds."""
    return html.document_fromstring(content)


@pytest.mark.html
def test_every_page_is_valid(pages: dict[str, str], tmp_path: Path) -> None:
    for name, content in pages.items():
        (tmp_path / f"{name}.html").write_text(content)
    command = ["node", str(chromium.HTML_VALIDATE), "--formatter", "text", "--config"]
    command += [str(chromium.ROOT / ".htmlvalidate.json"), str(tmp_path / "*.html")]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=300)
    assert result.stdout.replace(f"{tmp_path}/", "") == ""
    assert result.returncode == 0, result.stderr


def test_every_title_is_its_own_and_announces_errors(pages: dict[str, str]) -> None:
    scenes = defaultdict(set)
    for name, content in pages.items():
        found = re.search(r"<title>(.+?)</title>", content, re.DOTALL)
        assert found, name
        scene, state = name.split(".")
        refused = state == "errors" or next(each.status for each in SCENES if each.name == scene) >= 400
        if state != "en":
            title = " ".join(found[1].split())
            assert title.startswith(MISTAKE) == refused, name
            scenes[title.removeprefix(MISTAKE)].add(SAME_PAGE.get(scene, scene))
    assert {title: names for title, names in scenes.items() if len(names) > 1} == {}


def test_every_page_has_one_first_heading_and_skips_no_level(pages: dict[str, str]) -> None:
    for name, content in pages.items():
        headings = _document(content).xpath("//h1 | //h2 | //h3 | //h4 | //h5 | //h6")
        levels = [int(heading.tag[1]) for heading in headings if not heading.xpath("ancestor::*[@role='alert']")]
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), (name, levels)


def test_every_page_says_its_language(pages: dict[str, str]) -> None:
    for name, content in pages.items():
        assert f'<html lang="{"en" if name.endswith(".en") else "fr"}"' in content, name
