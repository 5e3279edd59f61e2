"""Where maps lie: bright discs seen by networks that add up what they see, and networks of known geometry."""

import numpy as np
import pytest
import timm
import torch
from torch import nn

from benchmarks.made_up.disc_networks import Cut, adding_up, centroids, discs, places
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.detectors import LocalMaximaSpec
from bleedmap.config.saliency import CamSpec
from bleedmap.config.slices import WindowSpec
from bleedmap.detectors.local_maxima import find_points
from bleedmap.maps import cam
from bleedmap.saliency import explain
from bleedmap.saliency.explain_scan import explain_scan
from bleedmap.saliency.receptive_centres import receptive_centres
from tests.scenes import salient

SLIM = {
    "resnet18": {"layers": (1, 1, 1, 1), "channels": (8, 8, 8, 8)},
    "test_resnet": {},  # with shortcuts that look elsewhere
    "densenet121": {"growth_rate": 4, "block_config": (1, 1, 1, 1)},
    "test_efficientnet": {},
    "swin_tiny_patch4_window7_224": {"embed_dim": 8, "depths": (1, 1, 1, 1), "num_heads": (1, 1, 1, 1)},
}


@pytest.mark.parametrize(("stride", "size"), [(8, 112), (32, 448)])
@pytest.mark.parametrize("name", SLIM)
def test_the_map_of_a_bright_disc_lies_where_the_disc_lies(name, stride, size):
    slim = SLIM[name] | ({"img_size": size} if name.startswith("swin") else {})
    network = adding_up(Cut(name, stride, **slim))
    maps = cam(network, discs(size, stride)[:, None].repeat(1, 3, 1, 1), 0)
    np.testing.assert_allclose(centroids(maps), places(size, stride), atol=1)


@pytest.fixture(scope="module")
def classifier():
    spec = ClassifierSpec(backbone="test_resnet", stride=8, windows=(WindowSpec(level=40, width=80),))
    return adding_up(build_classifier(spec))


@pytest.fixture(scope="module")
def scan():
    return discs(112, 8) * 80


def test_a_slice_and_its_mirror_image_put_a_disc_at_the_same_place(classifier, scan):
    plain = explain(CamSpec(), classifier, scan[:, None], 0)
    mirrored = explain(CamSpec(), classifier, scan[:, None].flip(-1), 0).flip(-1)
    np.testing.assert_allclose(centroids(plain), centroids(mirrored), atol=0.5)


def test_the_peak_of_a_scans_map_lies_where_the_disc_lies(classifier, scan):
    # whose middle is that of a cell, which looks at pixels around 8 i + 1: half of it through a mean of two pixels
    hu = torch.roll(scan[:1], (1, 1), (1, 2)).numpy().astype(np.int16)
    maps = explain_scan(CamSpec(), classifier, hu, np.ones(hu.shape, bool)).maps
    points = find_points(LocalMaximaSpec(threshold=0.9, min_distance=20), salient(hu, maps[:, 0]))
    np.testing.assert_allclose(points[["row", "column"]].to_numpy(), [[57, 57]], atol=1)


class Layers(nn.Sequential):
    """A network whose geometry can be counted, with random weights of both signs."""

    def __init__(self):
        torch.manual_seed(0)
        first = nn.Conv2d(1, 64, 5, stride=3, padding=1)  # 3 i + 1
        last = nn.Conv2d(64, 64, 3)  # and one cell of 6 pixels further
        super().__init__(first, nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2), last, nn.ReLU6())


asked = []


def ask(network, images):
    asked.append(images.shape)
    return network(images)


def test_the_centres_are_those_that_can_be_counted():
    for axis in receptive_centres(Layers(), (1, 100, 61), ask):
        assert axis.stride == 6
        assert axis.offset == pytest.approx(1 + 1.5 + 6, abs=0.1)


def test_padding_that_depends_on_the_size_of_the_image_is_seen():
    # an even side is padded at its end alone, so that cell i of a kernel of three looks at pixel 2 i + 1
    network = timm.layers.Conv2dSame(1, 16, 3, stride=2)
    nn.init.ones_(network.weight)
    even, odd = receptive_centres(network, (1, 100, 101), ask)
    assert (even.offset, odd.offset) == (1.0, 0.0)


def test_a_network_is_measured_once_and_again_when_its_weights_have_changed():
    network, other = Layers(), Layers()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    first = receptive_centres(network, (1, 64, 64), ask)
    receptive_centres(other, (1, 64, 64), ask)
    count = len(asked)
    assert receptive_centres(network, (1, 64, 64), ask) is first
    assert len(asked) == count
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(part.grad is None and part.requires_grad for part in network.parameters())
    with torch.no_grad():
        network[0].weight.zero_()
        network[0].weight[:, :, 4, 4] = 1
    moved = receptive_centres(network, (1, 64, 64), ask)
    assert moved.rows.offset == pytest.approx(first.rows.offset + 2, abs=0.1)


def test_a_network_of_zeros_has_its_cells_spread_evenly():
    network = nn.Conv2d(1, 1, 4, stride=4)
    nn.init.zeros_(network.weight)
    assert receptive_centres(network, (1, 64, 64), ask).rows == (1.5, 4.0)
