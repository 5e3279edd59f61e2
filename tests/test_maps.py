import doctest
import subprocess
import sys

import pytest
import timm
import torch

import bleedmap.maps
from bleedmap.errors import BleedmapError
from bleedmap.maps import cam, grad_cam, hgi_sam, self_attention
from bleedmap.saliency.plain_network import feature_map
from bleedmap.saliency.receptive_centres import receptive_centres
from tests.saliency.placed import placed
from tests.small_swin import plain_swin


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return timm.create_model("test_resnet", pretrained=False, num_classes=3)


@pytest.fixture
def images():
    return torch.rand((8, 3, 64, 64), generator=torch.Generator().manual_seed(0))


def test_the_example_of_the_documentation_runs():
    assert doctest.testmod(bleedmap.maps) == (0, 12)


def test_importing_it_costs_nothing():
    program = "import sys, bleedmap.maps; print(sorted({'torch', 'timm', 'pandas', 'zarr'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet", "test_nfnet", "test_byobnet"])
def test_maps_are_grad_cam_of_the_networks_own_logits(name, images):
    torch.manual_seed(1)
    network = timm.create_model(name, pretrained=False, num_classes=3).eval()
    features = network.forward_features(images).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(network.forward_head(features)[:, 1].sum(), features)
    raw = (gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1).relu().detach()
    large = placed(raw, receptive_centres(network, (3, 64, 64), feature_map), (64, 64))
    low, high = large.amin(dim=(1, 2), keepdim=True), large.amax(dim=(1, 2), keepdim=True)
    expected = torch.where(high > low, (large - low) / (high - low).clamp(min=1e-30), 0.0)
    torch.testing.assert_close(cam(network, images, 1), expected, rtol=1e-3, atol=1e-3)


def test_maps_are_as_large_as_the_images_and_span_zero_to_one(model, images):
    maps = cam(model, images, 1)
    assert maps.shape == (8, 64, 64)
    assert maps.dtype == torch.float32
    highest = maps.amax(dim=(1, 2))
    assert set(highest.tolist()) <= {0.0, 1.0}
    assert highest.any()
    assert (maps.amin(dim=(1, 2)) == 0).all()


def test_a_map_does_not_depend_on_the_batch_it_came_in(model, images):
    alone = torch.cat([cam(model, one[None], 2) for one in images])
    torch.testing.assert_close(alone, cam(model, images, 2), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("frozen_part", [True, False])
def test_the_network_is_left_as_it_was(model, images, frozen_part):
    model.train()
    model.layer1.train(not frozen_part)
    modes = [part.training for part in model.modules()]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    cam(model, images, 0)
    assert [part.training for part in model.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(part.grad is None and part.requires_grad for part in model.parameters())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())


def test_maps_can_be_used_in_a_training_step(model, images):
    scale = torch.ones((), requires_grad=True)
    (cam(model, images, 0) * scale).sum().backward()
    assert scale.grad is not None


@pytest.mark.parametrize("target", [-1, 3])
def test_a_class_that_the_network_does_not_have_is_refused(model, images, target):
    with pytest.raises(BleedmapError, match=r"unknown-target.*from 0 to 2"):
        cam(model, images, target)


@pytest.mark.parametrize(
    "name", ["test_convnext", "test_vit", "vgg11", "mobilenetv3_small_050"]  # a norm, tokens, hidden layers
)  # fmt: skip
def test_a_network_that_does_more_than_pool_and_classify_is_refused(name):
    network = timm.create_model(name, pretrained=False, num_classes=3)
    side = 160 if "test" in name else 64
    with pytest.raises(BleedmapError, match="no-linear-head"):
        cam(network, torch.rand((2, 3, side, side)), 0)


@pytest.mark.parametrize("network", [torch.nn.Conv2d(3, 2, 1), timm.create_model("test_resnet", num_classes=0)])
def test_a_network_without_a_classifier_is_refused(network, images):
    with pytest.raises(BleedmapError, match="no-linear-head"):
        cam(network, images, 0)


def test_pictures_that_are_no_batch_are_refused(model, images):
    with pytest.raises(BleedmapError, match="bad-images"):
        cam(model, images[0], 0)
    with pytest.raises(BleedmapError, match="bad-images"):
        cam(model, (images * 255).to(torch.uint8), 0)


class Wrapped(torch.nn.Module):
    """A Swin transformer as others wrap it: a head of their own, and a module that is registered twice."""

    def __init__(self):
        super().__init__()
        self.swin = plain_swin(classes=0)
        self.encoder = self.swin
        self.head = torch.nn.Linear(96, 2)

    def forward(self, images):
        return self.head(self.swin(images))


METHODS = {
    "hgi_sam": hgi_sam,
    "self_attention": lambda model, images, target: self_attention(model, images),
    "grad_cam": lambda model, images, target: grad_cam(model, images, target, layer="norm1"),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@every_method
@pytest.mark.parametrize("make", [plain_swin, Wrapped])
def test_a_swin_is_explained_and_left_as_it_was_whatever_holds_it(method, make, images):
    network = make().train()
    network.requires_grad_(True)
    next(network.parameters()).requires_grad_(False)
    before = {name: (value, value.requires_grad) for name, value in network.named_parameters(remove_duplicate=False)}
    values = {name: value.detach().clone() for name, value in before.items() for value in value[:1]}
    maps = method(network, images, 1)
    assert maps.shape == (8, 64, 64)
    assert (maps.amin(dim=(1, 2)) == 0).all()
    assert (maps.amax(dim=(1, 2)) == 1).any()
    after = dict(network.named_parameters(remove_duplicate=False))
    assert all(after[name] is value and value.requires_grad == asked for name, (value, asked) in before.items())
    assert all(torch.equal(after[name], values[name]) and after[name].grad is None for name in after)
    assert all(part.training for part in network.modules())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in network.modules())


@every_method
@pytest.mark.parametrize("target", [-1, 3])
def test_a_class_that_a_swin_does_not_have_is_refused(method, target, images):
    if method is METHODS["self_attention"]:
        pytest.skip("it knows no class")
    network = plain_swin()
    with pytest.raises(BleedmapError, match=r"unknown-target.*from 0 to 2"):
        method(network, images[:1], target)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in network.modules())


def test_a_network_without_window_attention_has_no_self_attention_maps(model, images):
    for method in (METHODS["hgi_sam"], METHODS["self_attention"]):
        with pytest.raises(BleedmapError, match="no-swin-attention"):
            method(model, images, 0)


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet"])
def test_grad_cam_is_cam_where_a_mean_is_all_there_is_after_the_features(name, images):
    torch.manual_seed(1)
    network = timm.create_model(name, pretrained=False, num_classes=3).eval()
    torch.testing.assert_close(grad_cam(network, images, 1), cam(network, images, 1), rtol=1e-3, atol=1e-3)


def test_grad_cam_takes_a_network_that_is_no_timm_model():
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3, padding=1), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(2, 2)
    )
    torch.nn.init.constant_(network[0].weight, 1 / 9)
    torch.nn.init.zeros_(network[0].bias)
    torch.nn.init.constant_(network[3].weight, 1.0)
    image = torch.zeros((1, 1, 32, 32))
    image[0, 0, 20, 7] = 1
    maps = grad_cam(network, image, 0, layer="0")
    assert (maps[0, 19:22, 6:9] > 0.99).all()
    assert (maps > 0).sum() == 9
    with pytest.raises(BleedmapError, match="no-layer"):
        grad_cam(network, image, 0)


def test_a_network_that_gives_no_logits_is_refused(images):
    with pytest.raises(BleedmapError, match="no-logits"):
        grad_cam(torch.nn.Sequential(torch.nn.Conv2d(3, 2, 1)), images, 0, layer="0")
