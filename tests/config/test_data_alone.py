"""Specs are data and validators: what else could change a result lies where the digests of code see it.

``bleedmap.config`` is left out of the digests, because values travel in a rule's params. That holds only as long as
nothing but values comes out of it, which the syntax tree of every module says.
"""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

import bleedmap.config

FOLDER = Path(bleedmap.config.__file__).parent
PACKAGE = FOLDER.parent
# what reads, checks and describes configs; never imported by what makes an artifact, but for Spec itself and names
MACHINERY = {"__init__", "__main__", "base", "document", "load", "names", "read", "schema"}
MODULES = sorted(file.stem for file in FOLDER.glob("*.py") if file.stem not in MACHINERY)
VALIDATORS = {"field_validator", "model_validator"}
WRAPPERS = {"BeforeValidator", "AfterValidator", "WrapValidator", "PlainValidator"}


def tree_of(name):
    return ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


TREES = {file.stem: tree_of(file.stem) for file in FOLDER.glob("*.py")}


def called(node):
    """Name of a decorator or a called function, without its arguments."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def names_in(node):
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def is_validator(method):
    return bool({called(each) for each in method.decorator_list} & VALIDATORS)


def functions(tree):
    return [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def classes(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


@cache
def used_by_validators():
    """Names of functions that a validator of any config module calls, at one remove or more."""
    bodies = {node.name: names_in(node) for tree in TREES.values() for node in functions(tree)}
    waiting = {
        name
        for tree in TREES.values()
        for node in ast.walk(tree)
        if (isinstance(node, ast.FunctionDef) and is_validator(node))
        or (isinstance(node, ast.Call) and called(node) in WRAPPERS)
        for name in names_in(node)
    }
    reached = set()
    while waiting:
        name = waiting.pop()
        if name in bodies and name not in reached:
            reached.add(name)
            waiting |= bodies[name]
    return reached


def constants(tree):
    """Names of module-level values that are no type: a union of specs, or an annotated one, is a type."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and not is_type(node.value):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def is_type(value):
    if isinstance(value, ast.BinOp):
        return is_type(value.left) and is_type(value.right)
    if isinstance(value, ast.Subscript):
        return True
    # a class is written LikeThis, a constant LIKE_THIS
    return isinstance(value, ast.Name) and not value.id.isupper()


@cache
def taken_elsewhere():
    """Names that the rest of the package takes from config modules, by module."""
    taken = defaultdict(set)
    for file in PACKAGE.rglob("*.py"):
        if file.parent == FOLDER:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                taken[node.module] |= {alias.name for alias in node.names}
    return taken


@pytest.mark.parametrize("name", MODULES)
def test_a_class_of_specs_has_fields_and_validators_alone(name):
    methods = [
        f"{node.name}.{method.name}"
        for node in classes(TREES[name])
        for method in node.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not is_validator(method)
    ]
    assert methods == []


@pytest.mark.parametrize("name", MODULES)
def test_every_function_serves_a_validator(name):
    assert [node.name for node in functions(TREES[name]) if node.name not in used_by_validators()] == []


@pytest.mark.parametrize("name", MODULES)
def test_no_constant_or_function_is_read_elsewhere(name):
    own = {*constants(TREES[name]), *(node.name for node in functions(TREES[name]))}
    assert sorted(own & taken_elsewhere()[f"bleedmap.config.{name}"]) == []


@pytest.mark.parametrize("name", MODULES)
def test_specs_import_nothing_but_specs_and_constants(name):
    allowed = ("bleedmap.config", "bleedmap.constants")
    own = {
        module
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        if module.split(".")[0] == "bleedmap" and not module.startswith(allowed)
    }
    assert own == set()


def test_the_walk_sees_what_it_looks_for():
    """On a module that breaks every rule."""
    broken = ast.parse(
        "LIMIT = 3\nWINDOW = WindowSpec()\nAnyThing = One | Other\nThing = Annotated[One, Field()]\n"
        "class One(Spec):\n    size: int = 1\n    @property\n    def twice(self):\n        return 2 * self.size\n"
        "    @model_validator(mode='after')\n    def _ok(self):\n        return check(self)\n"
    )
    assert list(constants(broken)) == ["LIMIT", "WINDOW"]
    (spec,) = classes(broken)
    assert [is_validator(node) for node in spec.body if isinstance(node, ast.FunctionDef)] == [False, True]
