"""What is in the repository belongs there: no machine's path, no registry's host, no template nobody shows."""

import re
from pathlib import Path

from tests.architecture.sources import ROOT, SRC, tracked

# Written in pieces, so that this file does not find itself.
MACHINE = re.compile("|".join(("/" + "work/", "/home/" + r"\w+/", "/Users/" + r"\w+/", "/tmp/" + "bash_jobs")))  # noqa: S108
REGISTRY = re.compile("|".join(("files.python" + "hosted.org", "pypi" + r"\.org/simple", "registry.npm" + "js.org")))
RESOLVED = re.compile('"resolved"' + ":|--index" + "-url|--extra-index" + "-url")
# allauth picks these by name.
FOREIGN = ("account/", "mfa/", "allauth/")
WORDS = re.compile(r"[\w/.-]+\.(?:html|txt)")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def test_no_machine_and_no_registry_is_named() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        for number, line in enumerate(_text(path).splitlines(), 1)
        if MACHINE.search(line)
        or REGISTRY.search(line)
        or (path.suffix in (".json", ".lock") and RESOLVED.search(line))
    ]
    assert wrong == []


def test_every_template_is_used() -> None:
    templates = {
        str(path).partition("/templates/")[2]: path
        for path in SRC.rglob("templates/**/*")
        if path.suffix in (".html", ".txt")
    }
    # A page of one téléservice and a page pattern are named by their code at run time.
    named = {f"teleservices/start/{path.stem}.html" for path in (SRC / "parvis").rglob("start/*.html")}
    named |= {f"ui/style/{name}.html" for name in _patterns()}
    for path in [*SRC.rglob("*.py"), *templates.values()]:
        named |= {word for word in WORDS.findall(_text(path)) if word in templates}
    assert sorted(name for name in templates if name not in named and not name.startswith(FOREIGN)) == []


def _patterns() -> tuple[str, ...]:
    from parvis.ui.pages import PATTERNS  # noqa: PLC0415 - needs Django, which this file's other tests do not

    return tuple(PATTERNS)
