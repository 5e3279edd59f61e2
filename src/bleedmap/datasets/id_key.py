"""The key behind names that may not be shown: a file of this user, made on first use."""

import hashlib
import hmac
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from bleedmap.errors import ConfigError

KEY_BYTES = 32
NO_NAME = b"\0which key"  # what no file or patient can be called
REMEDY = (
    "correct the file, or name another in BLEEDMAP_ID_KEY; with another key every hashed name changes, so start a new "
    "results folder with it"
)


@cache
def id_key() -> bytes:
    """Key of this user; ``BLEEDMAP_ID_KEY`` names another file than ``~/.config/bleedmap/id.key``.

    Raises:
        ConfigError: ``id-key`` where it can be neither read nor made, or is too short to keep names apart and secret.
    """
    named = os.environ.get("BLEEDMAP_ID_KEY")
    try:
        file = Path(named) if named else Path.home() / ".config" / "bleedmap" / "id.key"
        if not os.path.lexists(file):
            _make(file)
        with file.open("rb") as opened:
            key = opened.read()
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody knows where the home folder is
        found = f"no key for hashed names that can be read or made ({type(error).__name__})"
        raise _no_key(found) from None
    if len(key) < KEY_BYTES:
        found = f"a key for hashed names of {len(key)} bytes"
        raise _no_key(found)
    return key


def key_mark() -> str:
    """12 hexadecimal digits that tell this key from any other, and nothing else of it; errors as of ``id_key``."""
    return hmac.new(id_key(), NO_NAME, hashlib.sha256).hexdigest()[:12]


def require_key(mark: str | None) -> None:
    """Refuse to name scans otherwise than the plan of the run does, such as on a node that has a key of its own.

    Args:
        mark: of the key that the run was planned with; None where nothing is named by a key.

    Raises:
        ConfigError: ``another-id-key``; and as for ``id_key``.
    """
    if mark is not None and key_mark() != mark:
        raise ConfigError(
            "another-id-key",
            found="another key for hashed names than the one that this run was planned with",
            expected="the same key on every machine that works on a run",
            remedy="let BLEEDMAP_ID_KEY name one file that all of them see, or copy it to each",
        )


def _make(file: Path) -> None:
    """Write a new key, whole or not at all, readable by its owner alone; the first of several processes wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(secrets.token_bytes(KEY_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        try:
            # unlike a rename, a link never takes the place of a key that another process made meanwhile
            os.link(name, file)
        except FileExistsError:
            pass
        except OSError:
            # a file system without links
            Path(name).rename(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _no_key(found: str) -> ConfigError:
    return ConfigError("id-key", found, f"a file of at least {KEY_BYTES} bytes, made on first use", REMEDY)
