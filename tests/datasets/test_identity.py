import re

import pytest

from bleedmap.datasets.id_key import id_key
from bleedmap.datasets.identity import public_name, shard_of
from bleedmap.datasets.sources import Source, by_shard, stamps


def test_a_private_name_becomes_a_hash_that_does_not_hold_it():
    name = public_name("Roe^Jane", public=False)
    assert re.fullmatch(r"[0-9a-f]{12}", name)
    assert name == public_name("Roe^Jane", public=False)
    assert name != public_name("Roe^John", public=False)


def test_another_key_gives_another_name(tmp_path, monkeypatch):
    first = public_name("Roe^Jane", public=False)
    monkeypatch.setenv("BLEEDMAP_ID_KEY", str(tmp_path / "other" / "id.key"))
    id_key.cache_clear()
    second = public_name("Roe^Jane", public=False)
    assert (tmp_path / "other" / "id.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.undo()
    id_key.cache_clear()
    assert first != second
    assert public_name("Roe^Jane", public=False) == first


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
