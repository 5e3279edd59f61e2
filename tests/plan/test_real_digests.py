"""Digests of this project's own programs and components: an edit changes those of what uses it and no others."""

import shutil

import pytest

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.detectors import LocalMaximaSpec
from bleedmap.config.masks import DenseCrfSpec, KMeansDifferentialSpec
from bleedmap.config.saliency import CamSpec, FlipsSpec
from bleedmap.config.segmenters import UNet2dSpec, UNet3dSpec
from bleedmap.provenance.digest import Sources, code_digest

NESTED = FlipsSpec(of=FlipsSpec(of=CamSpec()))
JOBS = {
    "slices": ("slices", None),
    "montage": ("montage", None),
    "overlays": ("overlays", None),
    "classifier": ("train_classifier", ClassifierSpec(head={"pooling": "gap"})),
    "focal": ("train_classifier", ClassifierSpec(head={"pooling": "lse"}, training={"loss": "focal"})),
    "cam": ("explain", CamSpec()),
    "flips": ("explain", FlipsSpec(of=CamSpec())),
    "flips of flips": ("explain", NESTED),
    "crf": ("mask", DenseCrfSpec()),
    "kmeans": ("mask", KMeansDifferentialSpec()),
    "peaks": ("detect", LocalMaximaSpec()),
    "unet3d": ("train_segmenter", UNet3dSpec()),
    "unet3d applied": ("segment", UNet3dSpec()),
    "unet2d": ("train_segmenter", UNet2dSpec()),
    "score": ("score", None),
}
# (file, what is edited, what stands there then, jobs whose digest changes)
EDITS = [
    ("segmenters/unet3d.py", "return spec.depth", "return 2 * spec.depth", {"unet3d", "unet3d applied"}),
    ("saliency/cam.py", None, "UNUSED = 1", {"cam", "flips", "flips of flips"}),
    ("saliency/flips.py", None, "UNUSED = 1", {"flips", "flips of flips"}),
    ("masks/dense_crf.py", None, "UNUSED = 1", {"crf"}),
    ("detectors/local_maxima.py", None, "UNUSED = 1", {"peaks"}),
    ("classifiers/heads/gap.py", None, "UNUSED = 1", {"classifier"}),
    ("losses/focal.py", None, "UNUSED = 1", {"focal"}),
    ("losses/dice_bce.py", None, "UNUSED = 1", {"unet3d", "unet3d applied", "unet2d"}),
    ("config/segmenters.py", None, "UNUSED = 1", set()),
]


@pytest.fixture(scope="module")
def house(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    for part in ("src", "scripts"):
        shutil.copytree(repository / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return folder


@pytest.fixture
def digests(house):
    def now():
        Sources.of.cache_clear()  # as in another process
        return {
            name: code_digest(house / "scripts" / f"{script}.py", spec.modules() if spec else (), house / "src")
            for name, (script, spec) in JOBS.items()
        }

    return now


@pytest.fixture
def edited(house, digests):
    """Names of the jobs whose digest changes with an edit, which is undone."""

    def changed(name, old, new):
        file, before = house / "src" / "bleedmap" / name, digests()
        text = file.read_text()
        assert old is None or old in text
        file.write_text(f"{text}\n{new}\n" if old is None else text.replace(old, new))
        try:
            after = digests()
        finally:
            file.write_text(text)
        return {job for job in JOBS if before[job] != after[job]}

    return changed


@pytest.mark.parametrize(("name", "old", "new", "jobs"), EDITS, ids=[edit[0] for edit in EDITS])
def test_an_edit_of_a_component_changes_the_jobs_that_use_it_and_no_others(edited, name, old, new, jobs):
    assert edited(name, old, new) == jobs


def test_another_brain_window_changes_all_pictures_and_whatever_else_draws_or_sees_by_it(edited):
    changed = edited("constants.py", "BRAIN_WIDTH_HU = 40.0, 80.0", "BRAIN_WIDTH_HU = 40.0, 90.0")
    assert {"montage", "overlays"} <= changed
