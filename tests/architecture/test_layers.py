"""Contexts depend downward only, through their public files: imports by syntax, foreign keys by models."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from tests.architecture.sources import context_of, layers, modules, place

PUBLIC = {"commands", "queries", "events", "enums"}
FREE = {"core", "ui", "client"}  # foundations: everything in them is for everybody
WEB_TOO = {"api", "pages", "urls", "tasks"}  # the one place that plugs contexts together
# Settings are read before any app: a key kept in a file is asked from the module that knows its format.
SETTINGS = "src/parvis/web/settings/"


def _imports(path: Path, tree: ast.Module) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    """Every import of parvis, as the parts of the module's name, names imported included when they are modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path, node)}: relative import"
            parts = tuple((node.module or "").split("."))
            for alias in node.names:
                yield node, (*parts, alias.name)


def _allowed(importer: str, parts: tuple[str, ...]) -> bool:
    target, part = parts[1], parts[2] if len(parts) > 2 else ""
    if importer == target or target in FREE or importer == "cli":
        return True
    return part in (PUBLIC | WEB_TOO if importer == "web" else PUBLIC)


def test_contexts_import_only_public_files_of_lower_ones() -> None:
    wrong = [
        f"{place(path, node)} imports {'.'.join(parts)}"
        for path, tree in modules().items()
        if (importer := context_of(path)) in layers()
        for node, parts in _imports(path, tree)
        if parts[0] == "parvis" and len(parts) > 1 and not _allowed(importer, parts)
    ]
    assert [line for line in wrong if not line.startswith(SETTINGS)] == []


def test_foreign_keys_point_downward() -> None:
    wrong = []
    for model in apps.get_models():
        for field in model._meta.get_fields():  # noqa: SLF001 - Django's documented interface
            target = field.related_model if field.concrete else None
            if target is None or isinstance(target, str):
                continue
            here, there = (each.__module__.split(".") for each in (model, target))
            if here[0] != "parvis" or there[0] != "parvis" or here[1] == there[1]:
                continue
            if layers()[there[1]] <= layers()[here[1]]:
                wrong.append(f"{model.__name__}.{field.name} -> {there[1]}.{target.__name__}")
    assert wrong == []


def test_every_context_has_a_layer() -> None:
    contexts = {config.name.split(".")[1] for config in apps.get_app_configs() if config.name.startswith("parvis.")}
    assert contexts <= set(layers())
