"""Archives tell what they hold by their last bytes."""

import hashlib
import zipfile

import pytest

from bleedmap.provenance.archive import content_digest, members, read_member, write_archive


def packed(path, held):
    with write_archive(path) as archive:
        for name, data in held.items():
            archive.add(name, data)
    return path


def test_an_archive_ends_with_the_digest_of_what_it_holds(tmp_path):
    file = packed(tmp_path / "a.zip", {"scan/hu": b"12", "scan/truth": b"3"})
    told = hashlib.sha256(b"7 scan/hu 2 12" + b"10 scan/truth 1 3").hexdigest()
    assert content_digest(file) == told
    assert file.read_bytes().endswith(told.encode())
    assert (members(file), read_member(file, "scan/hu")) == (["scan/hu", "scan/truth"], b"12")
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize(
    "other", [{"a": b"13", "b": b"3"}, {"a": b"1", "b": b"23"}, {"a": b"12", "c": b"3"}, {"a": b"12"}]
)
def test_archives_of_other_content_have_another_digest(tmp_path, other):
    one, two = packed(tmp_path / "1.zip", {"a": b"12", "b": b"3"}), packed(tmp_path / "2.zip", other)
    assert content_digest(one) != content_digest(two)


@pytest.mark.parametrize("content", [b"", b"subject,fold\n", b"sha256:" + b"0" * 63])
def test_another_file_is_told_by_its_bytes(tmp_path, content):
    file = tmp_path / "split.csv"
    file.write_bytes(content)
    assert content_digest(file) == hashlib.sha256(content).hexdigest()
