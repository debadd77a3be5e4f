"""The project's own files, parsed once."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git knows or would know."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


@cache
def modules() -> dict[Path, ast.Module]:
    """Every Python file under src, migrations left out, with its syntax tree."""
    return {
        path: ast.parse(path.read_text(), str(path))
        for path in sorted(SRC.rglob("*.py"))
        if "migrations" not in path.parts
    }


@cache
def layers() -> dict[str, int]:
    """Rank of each context, the highest first, as pyproject.toml declares it for import-linter."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    lines = next(contract for contract in contracts if contract["type"] == "layers")["layers"]
    return {name.strip(): rank for rank, line in enumerate(lines) for name in line.split("|")}


def context_of(path: Path) -> str:
    """Name of the context a file belongs to; empty outside parvis."""
    parts = path.relative_to(SRC).parts
    return parts[1].removesuffix(".py") if parts[0] == "parvis" and len(parts) > 1 else ""


def functions(tree: ast.Module) -> Iterator[FunctionNode]:
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            yield node


def place(path: Path, node: ast.AST) -> str:
    """Say where: file and line."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
