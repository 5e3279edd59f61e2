"""Public names of scans and patients: the data set's own where they are public, else keyed hashes.

The key stays on the user's machine, so nobody else can find a name by hashing candidates.
"""

import hashlib
import hmac
import re

from bleedmap.datasets.id_key import id_key

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


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
    return hmac.new(id_key(), named, hashlib.sha256).hexdigest()[:12]


def shard_of(name: str, shards: int) -> int:
    """Shard of a scan: a stable hash, so adding a scan touches one shard only."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % shards
