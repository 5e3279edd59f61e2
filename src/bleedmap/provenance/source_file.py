"""What a digest needs to know of one Python file: the digest of its syntax tree, and what it imports."""

import ast
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # where statements hold statements


class Import(NamedTuple):
    """One import statement: dots before the name, the name, and the names taken from it."""

    level: int
    module: str
    names: tuple[str, ...]


class SourceFile(NamedTuple):
    """One Python file.

    Args:
        digest: sha256 of its syntax tree without docstrings; comments and layout do not count.
        imports: what it imports at run time; imports for type checkers alone are left out.
    """

    digest: str
    imports: tuple[Import, ...]


def parse(content: bytes) -> SourceFile:
    """Facts of a file's content."""
    tree = ast.parse(content)
    imports = []
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            imports += [Import(0, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imports.append(Import(node.level, node.module or "", tuple(alias.name for alias in node.names)))
    return SourceFile(hashlib.sha256(ast.dump(tree).encode()).hexdigest(), tuple(imports))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Statements that run, however deep; docstrings are taken out of the tree on the way."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        node.body = node.body[ast.get_docstring(node, clean=False) is not None :]
    for block in BLOCKS:
        if block == "body" and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        for inner in getattr(node, block, ()):
            yield inner
            yield from _statements(inner)
