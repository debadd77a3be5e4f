"""The English catalogue: gather every sentence of the code, keep what is translated, compile. `make messages`.

Written with Babel because GNU gettext is one more thing to install. Four sources: calls to gettext, templates, the
sentences of refusals, which stay plain text where they are raised, and the names of the shipped processes
(docs/adr/0009-words.md).
"""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "parvis"
PROCESSES = "processes.json"
PO = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
NOTE = "# English words of Parvis. `make messages` rewrites this file: edit only the lines that start with msgstr."
HEADERS = [
    ("Language", "en"),
    ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
]
# Function: positions of the sentence, and of its plural, among the arguments.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (0,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, 1)),
}
CODE = re.compile(r"[a-z0-9_]+")
Id = str | tuple[str, ...]


class Found(NamedTuple):
    """A sentence (or a sentence and its plural) and the file that uses it."""

    id: Id
    file: str


class Words(Catalog):
    """A catalogue whose headers hold no date and no tool version: it changes only when words change."""

    mime_headers = property(lambda _self: HEADERS, lambda _self, _value: None)


def main() -> int:
    """Rewrite both files. Return 1 when a sentence has no English yet, after naming it."""
    words = gather(find(), known())
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(as_po(words))
    MO.write_bytes(compiled(PO.read_bytes()))
    missing = untranslated(words)
    sys.stdout.write(f"{len(words)} phrases, {len(missing)} sans traduction anglaise.\n")
    sys.stdout.writelines(f"- {sentence}\n" for sentence in missing)
    return 1 if missing else 0


def find(source: Path = SOURCE) -> Iterator[Found]:
    """Yield every sentence of the package, file by file."""
    for file in sorted(source.rglob("*")):
        read = _reader(file)
        name = file.relative_to(source.parent).as_posix()
        if read:
            yield from (Found(sentence, name) for sentence in read(file.read_text(encoding="utf-8")))


def _reader(file: Path) -> Callable[[str], Iterator[Id]] | None:
    if file.suffix == ".py" and "migrations" not in file.parts:
        return of_code
    if file.suffix in {".html", ".txt"} and "templates" in file.parts:
        return of_template
    return of_processes if file.name == PROCESSES else None


def of_code(text: str) -> Iterator[Id]:
    """Yield what Python code says: calls of `CALLS`, and refusals."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            positions = (1,) if _refuses(node) else CALLS.get(_name(node.func), ())
            sentences = tuple(_literal(node, position) for position in positions)
            if sentences and all(sentences):
                yield sentences if len(sentences) > 1 else sentences[0]


def computed_refusals(text: str) -> Iterator[int]:
    """Yield the lines where a refusal is an f-string, which nothing can translate."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _refuses(node) and isinstance(node.args[1], ast.JoinedStr):
            yield node.lineno


def _refuses(call: ast.Call) -> bool:
    """Recognise ``SomeError("its_code", …)`` and ``problems.add("its_code", …)`` by their shape, whatever the class."""
    name, code = _name(call.func), _literal(call, 0)
    collects = name == "add" and isinstance(call.func, ast.Attribute) and _name(call.func.value) == "problems"
    return len(call.args) > 1 and (collects or name.endswith("Error")) and CODE.fullmatch(code) is not None


def _name(called: ast.expr) -> str:
    """Return the last name of a dotted one."""
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _literal(call: ast.Call, position: int) -> str:
    """Return a literal argument, empty when it is computed: nothing computed can be translated."""
    argument = call.args[position] if position < len(call.args) else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def of_template(text: str) -> Iterator[Id]:
    """Yield what a template says. Django turns it into calls to gettext lost in X's, which Babel reads as Python."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - it reads settings when imported

    _configure()
    # Indentation and non-breaking spaces outside the calls mean nothing and would stop the reader. Inside, they are
    # written as escapes, and plain spaces count.
    calls = "\n".join(re.sub(r"\s", " ", line).strip() for line in templatize(text).splitlines())
    for _line, sentence, _comments, _context in extract("python", BytesIO(calls.encode()), DEFAULT_KEYWORDS):
        yield sentence if isinstance(sentence, str) else tuple(sentence)


def of_processes(text: str) -> Iterator[Id]:
    """Yield what people read of the shipped processes: names, labels of documents, online services."""
    for process in json.loads(text):
        yield from (process["name"], *process.get("attachment_labels", {}).values())
        for service in process.get("services", []):
            yield from (service["name"], service["summary"])


def _configure() -> None:
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()


def known(po: Path = PO) -> Catalog:
    """Return the translations already there."""
    return read_po(BytesIO(po.read_bytes() if po.is_file() else b""), locale="en")


def gather(found: Iterator[Found], translated: Catalog) -> Words:
    """Return the catalogue of what was found, with the translations already known."""
    words = Words(locale="en", charset="utf-8", fuzzy=False, header_comment=NOTE)
    for sentence, file in found:
        old = translated.get(sentence)
        # A sentence that gained a plural keeps no translation: its form changed.
        kept = old.string if old and isinstance(old.id, str) == isinstance(sentence, str) else None
        words.add(sentence, kept, locations=[(file, 0)])
    return words


def untranslated(words: Catalog) -> list[str]:
    """Return the sentences without English, and those whose English is marked doubtful."""
    return [str(message.id) for message in words if message.id and (message.fuzzy or not _complete(message.string))]


def _complete(string: object) -> bool:
    return all(string) if isinstance(string, (list, tuple)) else bool(string)


def as_po(words: Catalog) -> bytes:
    """Return the text people edit, sorted by file so that a change stays where it belongs."""
    out = BytesIO()
    write_po(out, words, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def compiled(po: bytes) -> bytes:
    """Return the form that Django loads, the same bytes for the same words."""
    words, out = Words(locale="en", charset="utf-8", fuzzy=False), BytesIO()
    for message in read_po(BytesIO(po), locale="en"):
        if message.id:
            words.add(message.id, message.string)
    write_mo(out, words)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
