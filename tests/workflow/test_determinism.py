"""The same seed gives the same bytes."""

import hashlib

import pytest

pytestmark = pytest.mark.slow


def digests(folder):
    """Of everything but logs and timings, and the private tables, which hold paths of this machine by their nature."""
    files = [path for path in sorted((folder / "results").rglob("*")) if path.is_file() and "private" not in path.parts]
    kept = [path for path in files if path.suffix not in (".log", ".tsv")]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def test_two_checkouts_make_the_same_files_byte_for_byte(finished, repository, tmp_path):
    second = type(finished)(tmp_path)
    second.lay_files(repository)
    second.run()
    first, again = digests(finished.folder), digests(second.folder)
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
