"""What every slice classifier promises, whatever is in it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import bleedmap.classifiers
import bleedmap.classifiers.heads
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.classify_scan import classify_scan
from bleedmap.classifiers.load import build_classifier, load_classifier
from bleedmap.components import load
from tests.classifiers.members import HEADS, MEMBERS, NETWORKS, name
from tests.waits import Asked


def built(spec):
    torch.manual_seed(3)
    return build_classifier(spec).eval()


@pytest.fixture(scope="module", params=MEMBERS, ids=name)
def model(request) -> SliceClassifier:
    return built(request.param)


def stacks(model, slices=8):
    return torch.rand((slices, 2 * model.reach + 1, 32, 32), generator=torch.Generator().manual_seed(1)) * 80


def run(model, hu):
    with torch.no_grad():
        return model(hu)


def test_it_gives_a_logit_a_class_and_maps_of_the_same_classes(model):
    output = run(model, stacks(model))
    assert output.logits.shape == (8, len(model.classes))
    assert output.logits.dtype == torch.float32
    assert output.logits.isfinite().all()
    if output.maps is not None:
        assert output.maps.shape[:2] == output.logits.shape


def test_nobody_waits_for_a_number(model):
    learner = built(model.spec).train()
    with Asked() as asked:
        learner(stacks(model)).logits.sum().backward()
    assert asked.found == []


def test_a_slice_does_not_depend_on_its_batch(model):
    hu = stacks(model)
    together, alone = run(model, hu), [run(model, hu[number : number + 1]) for number in range(8)]
    torch.testing.assert_close(together.logits, torch.cat([one.logits for one in alone]), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(together.maps, torch.cat([one.maps for one in alone]), rtol=1e-4, atol=1e-5)


def test_the_same_seed_builds_and_the_same_slices_give_the_same_bits(model):
    hu = stacks(model)
    again = built(model.spec)
    assert torch.equal(run(model, hu).logits, run(model, hu).logits)
    assert torch.equal(run(again, hu).logits, run(model, hu).logits)


def test_every_channel_that_it_is_given_tells(model):
    hu = stacks(model)
    for channel in range(hu.shape[1]):
        changed = hu.clone()
        changed[:, channel] = 0
        assert not torch.allclose(run(model, changed).logits, run(model, hu).logits)


def test_whole_numbers_are_taken_as_they_are(model):
    hu = stacks(model).round()
    assert torch.equal(run(model, hu.to(torch.int16)).logits, run(model, hu).logits)


def test_no_slice_at_all_gives_no_logit(model):
    output = run(model, stacks(model)[:0])
    assert output.logits.shape == (0, len(model.classes))


def test_a_saved_network_loads_as_the_same(model, tmp_path):
    weights = {each: tensor.contiguous() for each, tensor in model.state_dict().items()}
    save_file(weights, tmp_path / "model", metadata={"spec": model.spec.to_json()})
    loaded = load_classifier(tmp_path / "model", dataset=None)
    assert loaded.spec == model.spec
    assert torch.equal(run(loaded.cpu(), stacks(model)).logits, run(model, stacks(model)).logits)


def test_every_weight_learns_in_some_phase(model):
    learner = built(model.spec).train()
    output = learner(stacks(model))
    sum(level.logits.square().sum() for level in (output, *output.deeper)).backward()
    assert [each for each, part in learner.named_parameters() if part.grad is None] == []


def test_its_phases_have_names_of_their_own_and_the_first_starts(model):
    phases = load(model.spec).phases(model, model.spec)
    assert len({phase.name for phase in phases}) == len(phases) > 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_it_gives_the_same_on_a_gpu(model):
    expected = run(model, stacks(model)).logits
    found = run(built(model.spec).cuda(), stacks(model).cuda()).logits
    assert found.is_cuda
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-2, atol=1e-3)


def test_a_scan_is_classified_slice_by_slice_with_its_neighbours(model):
    scan = (stacks(model)[:5, 0].round()).numpy().astype(np.int16)
    probabilities = classify_scan(model, scan, batch=2)
    assert probabilities.shape == (5, len(model.classes))
    for number in range(5):
        # past an end, the end's own slice
        around = [min(max(number + step, 0), 4) for step in range(-model.reach, model.reach + 1)]
        logits = run(model, torch.from_numpy(scan[around][None]).float()).logits
        np.testing.assert_allclose(probabilities[number], torch.sigmoid(logits[0]).numpy(), rtol=1e-4)


def test_an_empty_scan_has_no_scores(model):
    assert classify_scan(model, np.zeros((0, 32, 32), dtype=np.int16)).shape == (0, len(model.classes))


@pytest.mark.parametrize(
    ("package", "members", "marker"),
    [(bleedmap.classifiers, NETWORKS, "def phases("), (bleedmap.classifiers.heads, HEADS, "def build(")],
)
def test_every_member_is_under_contract_and_in_the_table_of_contents(package, members, marker):
    files = sorted(Path(package.__file__).parent.glob("*.py"))
    assert {file.stem for file in files if marker in file.read_text()} == set(members)
    listed = [file.stem for file in files if file.stem != "__init__" and f"``{file.stem}``" not in package.__doc__]
    assert listed == []
