"""Facts of Python files, remembered from one process to the next beside Python's own cache.

To parse the whole package takes a third of a second of every start of the workflow; to look facts up by a file's sha256
takes a hundredth.
"""

import contextlib
import hashlib
import json
import sys
from functools import cache
from pathlib import Path

from bleedmap.provenance import source_file
from bleedmap.provenance.atomic import write_text
from bleedmap.provenance.source_file import Import, SourceFile, parse

FILE = "__pycache__/bleedmap-sources.json"


class SourceCache:
    """Facts of files, each parsed once as long as its content stays.

    Args:
        folder: in whose ``__pycache__`` facts are remembered; where nothing can be written there, they are not.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._known = _read(self._file)
        self._looked_up: dict[Path, SourceFile] = {}
        self._has_news = False

    def __getitem__(self, file: Path) -> SourceFile:
        if file not in self._looked_up:
            content = file.read_bytes()
            digest, known = hashlib.sha256(content).hexdigest(), self._known.get(str(file))
            if known is None or known[0] != digest:
                known = self._known[str(file)] = (digest, parse(content))
                self._has_news = True
            self._looked_up[file] = known[1]
        return self._looked_up[file]

    def remember(self) -> None:
        """Write down what was parsed, if anything was."""
        if self._has_news:
            content = {"by": _parser(), "files": self._known}
            with contextlib.suppress(OSError):
                write_text(self._file, json.dumps(content, sort_keys=True))
        self._has_news = False


def _read(file: Path) -> dict[str, tuple[str, SourceFile]]:
    """What was remembered; nothing if that was by another Python or parser, or cannot be read."""
    try:
        content = json.loads(file.read_bytes())
        if content["by"] != _parser():
            return {}
        return {
            name: (
                digest,
                SourceFile(own, tuple(Import(level, module, tuple(names)) for level, module, names in imports)),
            )
            for name, (digest, (own, imports)) in content["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


@cache
def _parser() -> str:
    """What facts depend on beside a file's content."""
    own = hashlib.sha256(Path(source_file.__file__).read_bytes()).hexdigest()
    return f"{sys.version_info.major}.{sys.version_info.minor} {own}"
