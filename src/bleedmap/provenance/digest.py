"""Code digests: one sha256 over a script and every package module it can reach.

Snakemake does not see edits of imported modules. With this digest among a rule's params, an edit reruns exactly the
rules that import the edited module. Comments, docstrings and layout do not count: the syntax tree is hashed.
"""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = "bleedmap"
SOURCE = Path(__file__).parents[2]

# What these can change is already in a rule's params (config), or never in an artifact (errors, progress).
NEUTRAL = ("bleedmap.config", "bleedmap.errors", "bleedmap.console")


def code_digest(script: Path, components: Iterable[str] = (), source: Path = SOURCE) -> str:
    """Digest of a script, the package modules it imports, and theirs.

    Args:
        script: the Python program of a rule.
        components: dotted names of modules that the script loads by name at run time, such as
            ``bleedmap.masks.dense_crf``.
        source: folder that holds the package.

    Returns:
        16 hexadecimal digits.
    """
    waiting = [*components, *sorted(_imports(script, "", source))]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in reached or _is_neutral(name):
            continue
        reached.add(name)
        waiting += sorted(_imports(_file_of(name, source), name, source) | _parents(name))
    total = hashlib.sha256(_tree_digest(script).encode())
    for name in sorted(reached):
        total.update(f"{name} {_tree_digest(_file_of(name, source))}\n".encode())
    return total.hexdigest()[:16]


def _is_neutral(name: str) -> bool:
    return any(name == neutral or name.startswith(neutral + ".") for neutral in NEUTRAL)


def _parents(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def _module_file(name: str, source: Path) -> Path | None:
    base = source.joinpath(*name.split("."))
    for file in (base / "__init__.py", base.with_suffix(".py")):
        if file.is_file():
            return file
    return None


def _file_of(name: str, source: Path) -> Path:
    file = _module_file(name, source)
    if file is None:
        msg = f"no module {name} in the package"
        raise ModuleNotFoundError(msg)
    return file


@cache
def _imports(file: Path, module: str, source: Path) -> set[str]:
    """Package modules that a file imports; imports for type checkers only do not count."""
    found = set()
    for node in _run_time_nodes(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, is_package=file.name == "__init__.py")
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        found |= {name for name in names if name.split(".")[0] == PACKAGE and _module_file(name, source)}
    return found


def _absolute(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, node.module] if node.module else base)


def _run_time_nodes(tree: ast.AST) -> Iterable[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _run_time_nodes(node)


@cache
def _tree_digest(file: Path) -> str:
    tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            is_docstring = (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            )
            if is_docstring:
                node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()
