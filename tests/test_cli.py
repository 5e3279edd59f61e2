"""Whatever file ``--config`` names, every command ends in one sentence."""

import pytest
from typer.testing import CliRunner

from bleedmap.cli import application
from bleedmap.errors import ConfigError

COMMANDS = {
    "predict": ["scan.nii.gz", "--method", "crf", "--out", "out"],
    "check-data": ["--dataset", "phantom"],
    "index-data": ["--dataset", "phantom"],
}
FILES = {
    "empty": b"",
    "list": b"- 1\n- 2\n",
    "utf-16": "seed: 1\n".encode("utf-16"),
    "tab": b"datasets:\n\tphantom: {adapter: phantom}\n",
    "key twice": b"seed: 1\nseed: 2\n",
    "missing": None,
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", FILES)
def test_a_config_file_that_is_none_is_one_sentence_for_every_command(command, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if FILES[kind] is not None:
        (tmp_path / "some.yaml").write_bytes(FILES[kind])
    done = CliRunner().invoke(application, [command, *COMMANDS[command], "--config", "some.yaml"])
    assert isinstance(done.exception, ConfigError)
    assert "some.yaml" in str(done.exception)
    assert "\n" not in str(done.exception)
    assert not (tmp_path / "out").exists()
