import pytest

from bleedmap.bundle.store import write_bundle
from tests.bundles import parts_of


@pytest.fixture(scope="session")
def parts(run_config, tmp_path_factory):
    """Parts of the bundle of fold 0."""
    return parts_of(run_config, tmp_path_factory.mktemp("about"))


@pytest.fixture
def bundle_folder(parts, tmp_path):
    """The bundle as a folder, to be changed."""
    write_bundle(tmp_path / "bundle", parts)
    return tmp_path / "bundle"
