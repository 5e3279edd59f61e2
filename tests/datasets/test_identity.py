import errno
import os
import re
from contextlib import contextmanager

import pytest

from bleedmap.datasets.id_key import id_key, key_mark, require_key
from bleedmap.datasets.identity import public_name, shard_of
from bleedmap.datasets.sources import Source, by_shard, stamps
from bleedmap.errors import ConfigError


def test_a_private_name_becomes_a_hash_that_does_not_hold_it():
    name = public_name("Roe^Jane", public=False)
    assert re.fullmatch(r"[0-9a-f]{12}", name)
    assert name == public_name("Roe^Jane", public=False)
    assert name != public_name("Roe^John", public=False)


def test_another_key_gives_another_name(tmp_path, monkeypatch):
    first = public_name("Roe^Jane", public=False)
    with key_in(tmp_path / "other" / "id.key", monkeypatch):
        second = public_name("Roe^Jane", public=False)
        assert (tmp_path / "other" / "id.key").stat().st_mode & 0o777 == 0o600
    assert first != second
    assert public_name("Roe^Jane", public=False) == first


def test_a_mark_tells_a_key_from_another_and_names_nobody(tmp_path, monkeypatch):
    mark = key_mark()
    require_key(mark)
    require_key(None)
    assert mark not in {id_key().hex(), id_key().hex()[:12], public_name("which key", public=False)}
    with key_in(tmp_path / "id.key", monkeypatch):
        assert key_mark() != mark
        require_key(None)
        with pytest.raises(ConfigError, match="another-id-key"):
            require_key(mark)


@contextmanager
def key_in(file, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("BLEEDMAP_ID_KEY", str(file))
        id_key.cache_clear()
        yield
    id_key.cache_clear()


@pytest.mark.parametrize("content", [b"", b"k" * 31, "folder", "gone"])
def test_a_key_that_is_none_is_refused_and_left_as_it_is(tmp_path, monkeypatch, content):
    file = tmp_path / "id.key"
    if content == "folder":
        file.mkdir()
    elif content == "gone":
        file.symlink_to(tmp_path / "nowhere")
    else:
        file.write_bytes(content)
    with key_in(file, monkeypatch), pytest.raises(ConfigError) as refused:
        public_name("Roe^Jane", public=False)
    assert refused.value.code == "id-key"
    assert "BLEEDMAP_ID_KEY" in refused.value.remedy
    assert str(tmp_path) not in str(refused.value)
    assert not isinstance(content, bytes) or file.read_bytes() == content


def test_a_key_that_cannot_be_written_is_one_sentence_and_leaves_no_file(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "full")

    with key_in(tmp_path / "id.key", monkeypatch), monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ConfigError, match="id-key"):
            id_key()
    assert list(tmp_path.iterdir()) == []


def test_of_processes_that_make_a_key_at_once_all_have_that_of_the_first(tmp_path, monkeypatch):
    file = tmp_path / "id.key"
    link = os.link

    def late(source, target):
        file.write_bytes(b"f" * 32)
        link(source, target)

    with key_in(file, monkeypatch), monkeypatch.context() as patch:
        patch.setattr(os, "link", late)
        assert id_key() == b"f" * 32
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("private", "shown"),
    [("scan-01", "scan-01"), ("a b/c", "a_b_c"), ("../../etc", "etc"), ("Kopf Ü", "Kopf"), ("...", "scan")],
)
def test_a_public_name_is_made_safe_for_a_file_name(private, shown):
    assert public_name(private, public=True) == shown


def test_shards_are_stable_and_all_used():
    names = [f"scan-{number}" for number in range(200)]
    assert {shard_of(name, 4) for name in names} == {0, 1, 2, 3}
    # a scan must not move: its artifacts lie under the shard's number
    assert [shard_of(name, 4) for name in ("scan-0", "scan-1", "scan-2")] == [0, 0, 3]


def test_adding_a_scan_touches_one_shard():
    sources = [Source(f"s{number}", f"s{number}", (), "x") for number in range(40)]
    before = {shard: stamps(group) for shard, group in by_shard(sources, 4).items()}
    after = {shard: stamps(group) for shard, group in by_shard([*sources, Source("new", "new", (), "x")], 4).items()}
    assert before.keys() == after.keys()
    assert [shard for shard in before if before[shard] != after[shard]] == [shard_of("new", 4)]


def test_the_order_of_the_listing_does_not_matter():
    sources = [Source(f"s{number}", f"s{number}", (), "x") for number in range(40)]
    assert by_shard(sources, 4) == by_shard(sources[::-1], 4)
    assert stamps(sources) == stamps(sources[::-1])
