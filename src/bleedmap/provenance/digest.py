"""Code digests: one sha256 over a script and every package module it can reach.

Snakemake does not see edits of imported modules. With this digest among a rule's params, an edit reruns exactly the
rules that import the edited module. Comments, docstrings and layout do not count: the syntax tree is hashed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from bleedmap.provenance.source_cache import SourceCache
from bleedmap.provenance.source_file import Import

PACKAGE = "bleedmap"
SOURCE = Path(__file__).parents[2]

# What these can change is already in a rule's params (config: data and validators alone, as a test sees to), or never
# in an artifact (errors, progress, which GPU).
NEUTRAL = ("bleedmap.config", "bleedmap.errors", "bleedmap.console", "bleedmap.gpus")


def code_digest(script: Path, components: Iterable[str] = (), source: Path = SOURCE) -> str:
    """Digest of a script, the package modules it imports, and theirs.

    Files are read once a process: an edit while it runs is not seen.

    Args:
        script: the Python program of a rule.
        components: dotted names of modules that the script loads by name at run time, such as
            ``bleedmap.masks.dense_crf``.
        source: folder that holds the package.

    Returns:
        16 hexadecimal digits.

    Raises:
        ModuleNotFoundError: a component that is no module of the package.
    """
    files = Sources.of(source)
    waiting = [*components, *files.imports(script, "")]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached and not _is_neutral(name):
            reached.add(name)
            waiting += [*files.imports(files.file(name), name), *_parents(name)]
    total = hashlib.sha256(files.digest(script).encode())
    for name in sorted(reached):
        total.update(f"{name} {files.digest(files.file(name))}\n".encode())
    files.remember()
    return total.hexdigest()[:16]


class Sources:
    """The package's modules as files, each looked up once.

    Args:
        source: folder that holds the package.
    """

    def __init__(self, source: Path) -> None:
        self._source = source
        self._facts = SourceCache(source / PACKAGE)
        self._files: dict[str, Path | None] = {}
        self._imports: dict[Path, list[str]] = {}
        self.remember = self._facts.remember

    @classmethod
    @cache
    def of(cls, source: Path) -> "Sources":
        """Those of a folder, the same all through a process."""
        return cls(source)

    def digest(self, file: Path) -> str:
        """Digest of a file's syntax tree."""
        return self._facts[file].digest

    def imports(self, file: Path, module: str) -> list[str]:
        """Package modules that a file imports, sorted.

        Args:
            file: a Python file.
            module: its dotted name; empty for a script.
        """
        if file not in self._imports:
            names = {name for each in self._facts[file].imports for name in _named(each, file, module)}
            self._imports[file] = sorted(name for name in names if _is_own(name) and self._find(name))
        return self._imports[file]

    def file(self, name: str) -> Path:
        """File of a module."""
        file = self._find(name)
        if file is None:
            msg = f"no module {name} in the package"
            raise ModuleNotFoundError(msg)
        return file

    def _find(self, name: str) -> Path | None:
        if name not in self._files:
            base = self._source.joinpath(*name.split("."))
            choices = (base / "__init__.py", base.with_suffix(".py"))
            self._files[name] = next((file for file in choices if file.is_file()), None)
        return self._files[name]


def _named(each: Import, file: Path, module: str) -> Iterator[str]:
    """Dotted names that an import statement may load: the module, and the names taken from it."""
    base = each.module
    if each.level:
        parts = module.split(".")
        above = parts[: len(parts) - each.level + (file.name == "__init__.py")]
        base = ".".join([*above, base] if base else above)
    yield base
    yield from (f"{base}.{name}" for name in each.names)


def _is_own(name: str) -> bool:
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")


def _is_neutral(name: str) -> bool:
    return any(name == neutral or name.startswith(neutral + ".") for neutral in NEUTRAL)


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]
