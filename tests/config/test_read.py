import pytest
import yaml

from bleedmap.config.read import check_config_files, read_config_file
from bleedmap.errors import ConfigError


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "config.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def nested_aliases(link):
    """Twenty lines that stand for ten to the power of twenty values."""
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{number}: &a{number} {link(', '.join([f'*a{number - 1}'] * 10))}" for number in range(1, 20)]
    return "\n".join(lines)


BAD = {
    "empty": ("", "nothing"),
    "only a comment": ("# later\n", "nothing"),
    "a list": ("- 1\n", "a list"),
    "a word": ("hello\n", "a single value"),
    "utf-16": ("seed: 1\n".encode("utf-16"), "not UTF-8"),
    "bytes": (bytes(range(128, 256)), "not UTF-8"),
    "a tab": ("seed: 1\n\tresults: x\n", "line 2: character '\\t'"),
    "no yaml": ("a: b: c\n", "line 1"),
    "a zero byte": ("seed: \x00", "cannot be read"),
    "a key twice": ("seed: 1\nseed: 2\n", "key 'seed' twice"),
    "a key twice further in": ("masks:\n  crf: {a: 1}\n  truth: {}\n  crf: {b: 2}\n", "key 'crf' twice"),
    "a key twice in json": ('{"seed": 1, "seed": 2}', "key 'seed' twice"),
    "two documents": ("a: 1\n---\nb: 2\n", "another document"),
    "an unknown alias": ("a: *b\n", "undefined alias"),
    "lists of lists of aliases": (nested_aliases(lambda links: f"[{links}]"), "aliases that unfold"),
    "merges of merges": (nested_aliases(lambda links: f"{{<<: [{links}]}}"), "aliases that unfold"),
    "an alias in itself": ("a: &a [*a]\n", "an alias inside of"),
    "a long number": (f"seed: {'9' * 5000}\n", "cannot be read"),
    "no date": ("a: 2024-13-45\n", "cannot be read"),
    "no truth value": ("a: !!bool maybe\n", "cannot be read"),
    "an object of python": ("a: !!python/object/apply:os.getcwd []\n", "line 1"),
    "deep nesting": ("[" * 3000, "too deep"),
    "deep json": ('{"a":' * 20000, "too deep"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_config_is_one_sentence(write, name):
    content, says = BAD[name]
    with pytest.raises(ConfigError) as caught:
        read_config_file(write(content))
    assert says in str(caught.value)
    assert "config.yaml" in caught.value.found
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_a_folder_is_one_sentence(tmp_path):
    for path in (tmp_path / "gone.yaml", tmp_path):
        with pytest.raises(ConfigError) as caught:
            read_config_file(path)
        assert caught.value.code == "config-file"
        assert str(tmp_path.parent) not in str(caught.value)


def test_anchors_and_merges_read_as_in_yaml(write, repository):
    text = "base: &base {a: 1, b: 2}\nmore: {<<: *base, a: 3}\nboth: {<<: [*base, {c: 4}]}\nagain: *base\n"
    assert read_config_file(write(text)) == yaml.safe_load(text)
    paper = repository / "config" / "papers" / "001_resnet_lstm.yaml"
    assert read_config_file(paper) == yaml.safe_load(paper.read_text())


def test_windows_text_with_a_byte_order_mark_and_json_are_read(write):
    assert read_config_file(write("\ufeffseed: 1\r\nresults: x\r\n")) == {"seed": 1, "results": "x"}
    assert read_config_file(write('{"seed": 1, "masks": {"a": [1, 2]}}')) == {"seed": 1, "masks": {"a": [1, 2]}}
    assert read_config_file(write("{seed: 1}")) == {"seed": 1}


def test_every_file_of_a_run_is_looked_at(write, repository):
    demo = repository / "config" / "config.yaml"
    check_config_files([demo, demo])
    with pytest.raises(ConfigError, match="twice"):
        check_config_files([demo, write("seed: 1\nseed: 2\n")])
