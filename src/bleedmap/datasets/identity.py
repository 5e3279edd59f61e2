"""Public names of scans and patients: the data set's own where they are public, else keyed hashes.

The key stays on the user's machine, so nobody else can find a name by hashing candidates.
"""

import hashlib
import hmac
import os
import re
import secrets
from functools import cache
from pathlib import Path

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@cache
def _key() -> bytes:
    """Key of this user, made on first use; ``BLEEDMAP_ID_KEY`` names another file."""
    file = Path(os.environ.get("BLEEDMAP_ID_KEY", Path.home() / ".config" / "bleedmap" / "id.key"))
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(handle, "wb") as opened:
        opened.write(secrets.token_bytes(32))
    return file.read_bytes()


def public_name(private: str, *, public: bool) -> str:
    """Name of a scan or patient that may be shown.

    Args:
        private: file name, folder name or patient id.
        public: whether ``private`` may be shown as it is (made safe for a file name).

    Returns:
        The name itself, or 12 hexadecimal digits of its keyed hash.
    """
    if public:
        return UNSAFE.sub("_", private).strip("._") or "scan"
    named = private.encode(errors="surrogatepass")  # file names need not be text
    return hmac.new(_key(), named, hashlib.sha256).hexdigest()[:12]


def shard_of(name: str, shards: int) -> int:
    """Shard of a scan: a stable hash, so adding a scan touches one shard only."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % shards
