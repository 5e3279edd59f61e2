"""The networks of paper 004: sizes as printed, and what is particular to each."""

import pytest
import torch

from bleedmap.config.losses import SeedingSpec
from bleedmap.config.segmenters import DeepLabV3Spec, FcnSpec, MixedUNetSpec
from bleedmap.config.slices import WindowSpec
from bleedmap.losses.build import build_loss
from bleedmap.segmenters.segmenter import Segmenter

RGB = (WindowSpec(),) * 3


@pytest.mark.parametrize(
    ("spec", "printed", "off"),
    [
        (MixedUNetSpec(width=64, windows=RGB), 10_303_105, 0.001),
        (FcnSpec(width=64, windows=RGB), 18_643_713, 0),
        (DeepLabV3Spec(backbone="resnet50", windows=RGB), 39_633_729, 0),
    ],
    ids=["mixed_unet", "fcn", "deeplabv3"],
)
def test_a_network_has_the_parameters_that_table_4_prints(spec, printed, off):
    with torch.device("meta"):
        count = sum(weights.numel() for weights in Segmenter(spec).parameters())
    assert count == pytest.approx(printed, rel=off)


def test_the_two_decoders_of_a_mixed_unet_differ_after_one_step():
    torch.manual_seed(0)
    model = Segmenter(MixedUNetSpec(width=4))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    hu = torch.rand((2, 1, 32, 32), generator=torch.Generator().manual_seed(1)) * 80
    marks = (hu > 60).to(torch.uint8)
    before = [[weights.clone() for weights in decoder.parameters()] for decoder in model.network.network.decoders]
    build_loss(SeedingSpec())(model(hu), {"masks": marks, "seeds": marks}).backward()
    optimizer.step()
    one, other = model.network.network.decoders
    # biases begin at zero or are washed out by normalisation, but no convolution is the other's twin
    pairs = [(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True) if a.ndim == 4]
    assert len(pairs) == 6
    assert not any(torch.allclose(a, b) for a, b in pairs)
    for decoder, old in zip((one, other), before, strict=True):
        assert all(not torch.equal(a, b) for a, b in zip(decoder.parameters(), old, strict=True) if a.ndim == 4)


def test_a_last_batch_of_one_slice_trains_deeplab_like_any_other():
    torch.manual_seed(0)
    model = Segmenter(DeepLabV3Spec(backbone="mobilenet_v3_large")).train()
    assert model(torch.zeros((1, 1, 32, 32))).shape == (1, 1, 32, 32)


def test_a_fresh_fcn_hands_its_signal_on_through_thirteen_layers():
    torch.manual_seed(0)
    model = Segmenter(FcnSpec(width=8)).train()
    slices = torch.rand((2, 1, 64, 64), generator=torch.Generator().manual_seed(1))
    features, deviations = slices, []
    with torch.no_grad():
        for block in model.network.network.down:
            features = block(features)
            # between places, for biases make channels differ whatever is shown
            deviations.append(features.std(dim=(0, 2, 3)).mean())
    # an eighth of the first level's; torch's own beginning leaves a fiftieth
    assert deviations[-1] > deviations[0] / 20


@pytest.mark.parametrize("spec", [MixedUNetSpec(width=4), FcnSpec(width=4)], ids=["mixed_unet", "fcn"])
def test_odd_sides_come_out_as_they_went_in(spec):
    with torch.no_grad():
        assert Segmenter(spec).eval()(torch.zeros((1, 1, 37, 50))).shape == (1, 1, 37, 50)
