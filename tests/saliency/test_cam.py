import pytest
import torch

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.classifiers import ClassifierSpec, LseHead
from bleedmap.config.saliency import CamSpec
from bleedmap.saliency import build_saliency
from bleedmap.saliency.stretch import stretch, upsample

explain = build_saliency(CamSpec())


@pytest.fixture
def slices():
    return torch.rand((5, 64, 64), generator=torch.Generator().manual_seed(1)) * 80


def grad_cam(layer, model, hu):
    """Map of a layer's output, weighted with the mean gradient of the logit (Selvaraju 2017), before ReLU."""
    seen = []
    hook = layer.register_forward_hook(lambda module, inputs, output: seen.append(output))
    logits = model(hu)
    hook.remove()
    (gradient,) = torch.autograd.grad(logits.sum(), seen)
    return (gradient.mean(dim=(2, 3), keepdim=True) * seen[0]).sum(dim=1).detach()


def test_cam_is_grad_cam_at_the_last_feature_map_up_to_a_positive_scale(classifier, slices):
    other = grad_cam(classifier.backbone, classifier, slices)
    with torch.no_grad():
        evidence = classifier.evidence(slices)
    torch.testing.assert_close(evidence, other * evidence[0].numel(), rtol=1e-4, atol=1e-5)
    expected = stretch(upsample(other.relu(), (64, 64)))
    torch.testing.assert_close(explain(classifier, slices, 1), expected, rtol=1e-4, atol=1e-4)


def test_cam_before_lse_pooling_is_grad_cam_at_the_pooled_map(slices):
    torch.manual_seed(3)
    model = SliceClassifier(ClassifierSpec(backbone="test_resnet", stride=8, head=LseHead(r=3))).eval()
    expected = stretch(upsample(grad_cam(model.evidence_layer, model, slices).relu(), (64, 64)))
    torch.testing.assert_close(explain(model, slices, 1), expected, rtol=1e-4, atol=1e-4)


def test_a_map_does_not_depend_on_the_batch_it_came_in(classifier, slices):
    together = explain(classifier, slices, 1)
    alone = torch.cat([explain(classifier, one[None], 1) for one in slices])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("target", [0, 1])
def test_every_map_is_as_large_as_its_slice_and_spans_zero_to_one(classifier, slices, target):
    maps = explain(classifier, slices, target)
    assert maps.shape == slices.shape
    has_evidence = maps.amax(dim=(1, 2)) > 0
    assert has_evidence.any()
    assert (maps[has_evidence].amax(dim=(1, 2)) == 1).all()
    assert (maps.amin(dim=(1, 2)) == 0).all()


def test_the_other_target_shows_the_evidence_against_a_bleed(classifier, slices):
    with torch.no_grad():
        evidence = classifier.evidence(slices)
    expected = stretch(upsample((-evidence).relu(), (64, 64)))
    torch.testing.assert_close(explain(classifier, slices, 0), expected)


def test_a_constant_map_becomes_zero():
    assert (stretch(torch.full((2, 4, 4), 7.0)) == 0).all()


def test_each_map_is_stretched_by_its_own_range():
    maps = torch.stack([torch.tensor([[1.0, 3.0]]), torch.tensor([[0.0, 100.0]])])
    torch.testing.assert_close(stretch(maps), torch.tensor([[[0.0, 1.0]], [[0.0, 1.0]]]))
