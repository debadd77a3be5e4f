"""Lay the modules of the verifier end to end in one file that needs none of ours.

Their imports of one another go; ``merkle.leaf_hash`` still means something, since each module's name becomes a name of
the file itself. That is why no two modules may define the same name: `standalone_source` refuses to build then.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from parvis.core.tlog import audit, cosigning, directory, merkle, notes, policy, proofs, stamps, tiles
from parvis.ledger import rules
from parvis.ledger.standalone import checks, container, dating, der, evidence, findings, program, timetokens

# Each after those it uses when it is read.
MODULES: tuple[ModuleType, ...] = (
    merkle,
    notes,
    tiles,
    cosigning,
    proofs,
    policy,
    stamps,
    audit,
    directory,
    rules,
    der,
    timetokens,
    evidence,
    dating,
    container,
    findings,
    checks,
    program,
)
FILE_NAME = "parvis-verify.py"
_HEAD = '''#!/usr/bin/env python3
"""Verify, offline, what a Parvis journal proves. One file: Python 3.11 or later, and the `cryptography` package.

    python3 parvis-verify.py file DOCUMENT --proof X.tlog-proof --opening X.json --policy POLICY
    python3 parvis-verify.py container PREUVES.asice --policy POLICY --tsa-root ROOT.pem
    python3 parvis-verify.py record DOCUMENT X.ers --tsa-root ROOT.pem
    python3 parvis-verify.py consistency OLD NEW --tiles FOLDER --policy POLICY
    python3 parvis-verify.py log FOLDER --policy POLICY

Exit codes: 0 proven, 1 false, 2 unreadable, 3 intact but a key, a root or a file is missing to be sure.
MIT licence. Made from the modules named below, unchanged but for their imports of one another.
"""
'''


class NameTwiceError(ValueError):
    """Two modules define the same name: one file cannot hold both."""


@cache
def standalone_source() -> str:
    """Return the source of the file. Raise NameTwiceError."""
    imports: dict[tuple[bool, str], set[str]] = {}
    bodies: list[str] = []
    owners: dict[str, str] = {}
    for module in MODULES:
        source = inspect.getsource(module)
        tree = ast.parse(source)
        name = module.__name__
        for defined in _defined(tree):
            if owners.setdefault(defined, name) != name:
                message = f"{defined}: in {owners[defined]} and in {name}"
                raise NameTwiceError(message)
        for place, names in _foreign_imports(tree):
            imports.setdefault((bool(names), place), set()).update(names)
        bodies.append(_body(source, tree, name))
    aliases = [module.__name__.rpartition(".")[2] for module in MODULES]
    if clash := set(aliases) & set(owners):
        raise NameTwiceError(", ".join(clash))
    here = "".join(f"{alias} = sys.modules[__name__]\n" for alias in aliases)
    foot = '\n\nif __name__ == "__main__":\n    sys.exit(main())\n'
    return _HEAD + "\n" + "".join(_import_lines(imports)) + "\n" + here + "".join(bodies) + foot


def _defined(tree: ast.Module) -> list[str]:
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return found


def _is_ours(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("parvis.")


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _foreign_imports(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Yield each module imported, and what is taken from it; nothing when it is the module itself."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not _is_ours(node):
            yield node.module or "", [ast.unparse(alias) for alias in node.names]


def _import_lines(imports: dict[tuple[bool, str], set[str]]) -> Iterator[str]:
    for (_, place), names in sorted(imports.items()):
        yield f"from {place} import {', '.join(sorted(names))}\n" if names else f"import {place}\n"


def _body(source: str, tree: ast.Module, name: str) -> str:
    """A module's text without its docstring and imports, under a line that names it."""
    lines = source.splitlines(keepends=True)
    dropped = [node for node in tree.body if _is_import(node)] + tree.body[:1]
    for node in dropped:
        for place in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[place] = ""
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    return f"\n\n# --- {name}: {summary}\n\n\n" + "".join(lines).strip("\n") + "\n"
