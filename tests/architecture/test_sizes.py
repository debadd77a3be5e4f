"""Files and functions stay short, and none is a drawer where things are dropped."""

import ast
import tomllib
from statistics import quantiles

from tests.architecture.sources import ROOT, SRC, functions, modules, place, tracked

BANNED = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py", "managers.py", "signals.py"}
FILE_MOST, FILE_USUAL = 400, 180
FUNCTION_MOST, FUNCTION_USUAL = 50, 25
SETTINGS_MOST = 250
DEPENDENCIES_MOST = 25
TEST_FILE_MOST = 400


def _ninth_decile(sizes: list[int]) -> float:
    return quantiles(sizes, n=10)[-1]


def test_no_file_is_named_after_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in tracked() if path.name in BANNED] == []


def test_files_are_short() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in modules()}
    assert [f"{path.relative_to(ROOT)}: {size}" for path, size in sizes.items() if size > FILE_MOST] == []
    assert _ninth_decile(list(sizes.values())) <= FILE_USUAL


def test_test_files_are_short() -> None:
    files = [path for path in tracked() if path.suffix == ".py" and SRC not in path.parents]
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: size for name, size in sizes.items() if size > TEST_FILE_MOST} == {}


def test_functions_are_short() -> None:
    sizes = {
        f"{place(path, node)} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, tree in modules().items()
        for node in functions(tree)
    }
    assert {where: size for where, size in sizes.items() if size > FUNCTION_MOST} == {}
    assert _ninth_decile(list(sizes.values())) <= FUNCTION_USUAL


def test_settings_are_short() -> None:
    assert len((SRC / "parvis/web/settings/base.py").read_text().splitlines()) <= SETTINGS_MOST


def test_dependencies_are_few() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert len(project["dependencies"]) <= DEPENDENCIES_MOST


def test_nothing_is_done_behind_the_reader() -> None:
    """No save() override on a model, no signal receiver: a use case is read in one place, its command."""
    wrong = []
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == "save" and path.name == "models.py":
                wrong.append(f"{place(path, node)}: save()")
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "").startswith("django")
                and "signal" in str([node.module, *(alias.name for alias in node.names)])
            ):
                wrong.append(f"{place(path, node)}: signal")
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("receiver", "_save.connect")):
                wrong.append(f"{place(path, node)}: receiver")
    assert wrong == []
