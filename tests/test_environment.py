import tomllib

import yaml


def test_the_conda_environment_has_the_pins_of_the_package(repository):
    pins = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["dependencies"]
    environment = yaml.safe_load((repository / "envs" / "bleedmap.yaml").read_text())
    assert environment["dependencies"][-1]["pip"] == pins


def test_the_lock_holds_every_pin_and_no_address(repository):
    lock = (repository / "requirements.lock").read_text()
    pins = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["dependencies"]
    missing = [pin for pin in pins if "==" in pin and f"\n{pin.lower()} " not in f"\n{lock}"]
    assert missing == []
    assert "://" not in lock
