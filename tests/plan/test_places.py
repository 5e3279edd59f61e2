import os
import subprocess
from pathlib import Path

import pytest

from bleedmap.errors import ConfigError
from bleedmap.plan.core import Plan, _let_jobs_find
from bleedmap.plan.places import check_places


@pytest.mark.parametrize("name", ["a b", "O'Brien", "Köln", "a$HOME", "a*[b]?", "-a", "~", "a;b&c", 'a"b', "a%20#"])
def test_a_checkout_may_lie_in_a_folder_of_almost_any_name(tmp_path, name):
    check_places(tmp_path / name, tmp_path / "results")


@pytest.mark.parametrize("name", ["a{b", "{x}", "a:b", "a\nb"])
def test_a_checkout_where_no_job_would_find_it_is_refused(tmp_path, name):
    with pytest.raises(ConfigError) as refused:
        check_places(tmp_path / name, tmp_path / "results")
    assert refused.value.code == "checkout-folder"
    assert "\n" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("place", ["file", "file/below", "link", "link/below"])
def test_results_below_a_file_are_refused(tmp_path, place):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(ConfigError, match="results-folder"):
        check_places(tmp_path, tmp_path / place)
    check_places(tmp_path, tmp_path / "new" / "results")


def test_jobs_run_the_scripts_of_the_checkout_whatever_lies_where_the_run_is_started(tmp_path, monkeypatch):
    for variable, value in (("PATH", os.environ["PATH"]), ("PYTHONPATH", ""), ("PYTHONSAFEPATH", "")):
        monkeypatch.setenv(variable, value)  # and put back afterwards
    house, elsewhere = tmp_path / "it's a house of Ü", tmp_path / "elsewhere"
    for folder in (house, elsewhere):
        (folder / "scripts").mkdir(parents=True)
        (folder / "scripts" / "which.py").write_text(f"print({folder.name!r})")
    (elsewhere / "scripts" / "__init__.py").touch()
    _let_jobs_find(house)
    done = subprocess.run(["python", "-m", "scripts.which"], cwd=elsewhere, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == house.name


def test_a_file_whose_name_begins_with_a_dash_is_no_option():
    options = str(Plan.as_options({}, {"init_from": "-x y.safetensors", "slices": ["a", "--b"]}))
    assert options == "--init-from './-x y.safetensors' --slices a ./--b"
    assert Path("./-x y.safetensors") == Path("-x y.safetensors")
