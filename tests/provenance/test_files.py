import zipfile

import pytest

from bleedmap.provenance.archive import members, pack_folder, read_member, write_archive
from bleedmap.provenance.atomic import atomic_path, write_text


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    file = tmp_path / "a.txt"
    write_text(file, "old")
    with pytest.raises(RuntimeError), atomic_path(file) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_archive_depends_on_content_alone(tmp_path):
    for number, order in enumerate((["a", "b"], ["b", "a"])):
        folder = tmp_path / f"folder{number}"
        folder.mkdir()
        for name in order:
            (folder / name).write_text(name)
        pack_folder(folder, tmp_path / f"{number}.zip")
    assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()


def test_members_come_back(tmp_path):
    with write_archive(tmp_path / "a.zip") as archive:
        archive.add("z/one", b"1")
        archive.add("b", b"2")
    assert members(tmp_path / "a.zip") == ["b", "z/one"]
    assert read_member(tmp_path / "a.zip", "z/one") == b"1"
    with pytest.raises(KeyError):
        read_member(tmp_path / "a.zip", "one")


def test_an_archive_made_anew_is_read_anew(tmp_path):
    for content in (b"1", b"2"):
        with write_archive(tmp_path / "a.zip") as archive:
            archive.add("ö/one", content)
            archive.add("two", content * 9)
        assert [read_member(tmp_path / "a.zip", name) for name in ("ö/one", "two")] == [content, content * 9]


def test_a_damaged_member_is_not_served(tmp_path):
    with write_archive(tmp_path / "a.zip") as archive:
        archive.add("one", b"content")
        archive.add("two", b"other")
    content = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(content.replace(b"content", b"contend"))
    with pytest.raises(zipfile.BadZipFile):
        read_member(tmp_path / "a.zip", "one")
    assert read_member(tmp_path / "a.zip", "two") == b"other"
