import pytest
import timm
import torch
from pydantic import TypeAdapter

from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.saliency import AnySaliency, CamSpec, FlipsSpec, HgiSamSpec, MultiScaleSpec
from bleedmap.errors import BleedmapError
from bleedmap.saliency import explain, explain_classes
from bleedmap.saliency.for_scale import for_scale
from bleedmap.saliency.stretch import stretch
from tests.small_swin import swin_classifier
from tests.stand_in import StandIn


def slices(count=2, size=64):
    return torch.rand((count, 1, size, size), generator=torch.Generator().manual_seed(2)) * 80


def lse_classifier():
    torch.manual_seed(3)
    return build_classifier(ClassifierSpec(backbone="test_resnet", stride=8, head={"pooling": "lse"})).eval()


def blob(size, row, column, radius):
    places = torch.stack(torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")) - torch.tensor(
        [[[row]], [[column]]]
    )
    return 30 + 40 * (places.float().norm(dim=0) < radius)[None, None].float()


@pytest.mark.parametrize(
    ("inner", "network"), [(CamSpec(), StandIn), (CamSpec(), lse_classifier), (HgiSamSpec(), swin_classifier)]
)
def test_its_own_size_alone_gives_the_inner_map(inner, network):
    model = network()
    alone = explain(MultiScaleSpec(of=inner, scales=(1.0,)), model, slices(), 0)
    assert torch.equal(alone, explain(inner, model, slices(), 0))
    twice = explain(MultiScaleSpec(of=inner, scales=(1.0, 1.0)), model, slices(), 0)
    torch.testing.assert_close(twice, alone)


@pytest.mark.parametrize(
    ("inner", "network"),
    [
        ({"method": "cam"}, lse_classifier),
        ({"method": "hgi_sam"}, swin_classifier),
        ({"method": "cam"}, swin_classifier),
    ],
    ids=["lse", "hgi_sam", "cam of a swin"],
)
def test_by_config_alone_it_stands_over_any_method_and_sees_more_than_one_size(inner, network):
    spec = TypeAdapter(AnySaliency).validate_python({"method": "multi_scale", "of": inner})
    assert spec.scales == (0.5, 1.0, 1.5, 2.0)
    model = network()
    together = explain(spec, model, slices(), 0)
    assert together.shape == (2, 64, 64)
    assert torch.isfinite(together).all()
    assert (together >= 0).all()
    alone = torch.cat([explain(spec, model, each[None], 0) for each in slices()])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(stretch(together).maps, stretch(explain(spec.of, model, slices(), 0)).maps, atol=1e-2)


def test_a_constant_slice_has_a_map_that_does_not_depend_on_the_scales():
    # the stand-in pads with zeros, so the border of a map is its own; the middle of it is not
    model, even = StandIn(), torch.full((1, 1, 64, 64), 60.0)
    plain, scaled = explain(CamSpec(), model, even, 0), explain(MultiScaleSpec(), model, even, 0)
    torch.testing.assert_close(scaled[:, 24:40, 24:40], plain[:, 24:40, 24:40])


def test_a_blob_keeps_its_place_at_every_scale():
    model, hu = StandIn(), blob(64, 20, 40, 8)
    rows, columns = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    for scale in (0.5, 1.0, 1.5, 2.0):
        found = explain(MultiScaleSpec(scales=(scale,)), model, hu, 0)[0]
        found = found - found[40:60, 4:20].max()  # what plain brain has
        weight = found.clamp(min=0) / found.clamp(min=0).sum()
        assert (weight * rows).sum().item() == pytest.approx(20, abs=0.6)
        assert (weight * columns).sum().item() == pytest.approx(40, abs=0.6)


def test_scales_count_alike_once_they_are_normalised():
    model, hu = StandIn(), slices()
    each = [explain(MultiScaleSpec(scales=(scale,)), model, hu, 0) for scale in (0.5, 2.0)]
    mean = sum(one / one.amax(dim=(1, 2), keepdim=True) for one in each) / 2
    found = explain(MultiScaleSpec(scales=(0.5, 2.0), normalise=True), model, hu, 0)
    torch.testing.assert_close(found, mean)
    assert torch.isfinite(explain(MultiScaleSpec(normalise=True), model, torch.full((1, 1, 32, 32), -1024.0), 0)).all()


def test_maps_of_all_classes_pass_through_flips_at_every_scale():
    model, hu = StandIn(), slices()
    spec = MultiScaleSpec(of=FlipsSpec(of=CamSpec()))
    mirrored = explain_classes(spec, model, hu.flip(-1)).flip(-1)
    torch.testing.assert_close(explain_classes(spec, model, hu), mirrored, rtol=1e-4, atol=1e-5)
    assert spec.modules() == [f"bleedmap.saliency.{name}" for name in ("multi_scale", "cam", "flips")]


def test_a_swin_for_another_size_has_the_same_weights_and_windows_and_the_old_one_is_left():
    model = swin_classifier()
    larger = for_scale(model, 2.0)
    assert larger.backbone.network.patch_embed.img_size == (128, 128)
    assert model.backbone.network.patch_embed.img_size == (64, 64)
    own = dict(model.named_parameters())
    assert all(torch.equal(weight, own[name]) for name, weight in larger.named_parameters())
    windows = [[block.window_size for block in stage.blocks] for stage in larger.backbone.network.layers]
    assert windows == [[block.window_size for block in stage.blocks] for stage in model.backbone.network.layers]


def test_a_network_built_for_one_size_is_refused_in_one_sentence():
    with pytest.raises(BleedmapError, match="several scales") as caught:
        for_scale(timm.create_model("vit_tiny_patch16_224", pretrained=False, depth=1), 2.0)
    assert caught.value.code == "one-size"
