"""The same seed gives the same bytes."""

import hashlib

import pytest

pytestmark = pytest.mark.slow


def digests(folder):
    kept = [p for p in sorted((folder / "results").rglob("*")) if p.is_file() and p.suffix not in (".log", ".tsv")]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def test_two_checkouts_make_the_same_files_byte_for_byte(finished, repository, tmp_path):
    second = type(finished)(tmp_path)
    second.lay_files(repository)
    second.run()
    first, again = digests(finished.folder), digests(second.folder)
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
