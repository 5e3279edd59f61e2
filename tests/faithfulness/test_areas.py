"""Deletion and insertion of slices whose curves can be drawn by hand."""

import pytest
import torch

from bleedmap.faithfulness.deletion import deletion
from bleedmap.faithfulness.insertion import insertion
from bleedmap.faithfulness.order import ranks

# four pixels of brain in a column of five, the last of which is skull
VALUES = torch.tensor([0.4, 0.3, 0.2, 0.1, 0.9])
INSIDE = torch.tensor([True, True, True, True, False]).reshape(1, 5, 1)
IMAGES = VALUES.reshape(1, 1, 5, 1)
EMPTY = torch.where(INSIDE[:, None], torch.zeros_like(IMAGES), IMAGES)


def brightness(images):
    """A linear network: what the brain's pixels sum up to."""
    assert (images[:, 0, 4, 0] == VALUES[4]).all()  # skull stays
    return images[:, 0, :4, 0].sum(dim=1)


def as_maps(*values):
    return torch.tensor(values).reshape(1, 5, 1)


BEST, WORST = as_maps(0.9, 0.8, 0.7, 0.6, 0.0), as_maps(0.1, 0.2, 0.3, 0.4, 1.0)


@pytest.mark.parametrize(
    ("maps", "steps", "expected"),
    [
        (BEST, 4, (0.5 * 1 + 0.6 + 0.3 + 0.1) / 4),  # 1, 0.6, 0.3, 0.1, 0
        (WORST, 4, (0.5 * 1 + 0.9 + 0.7 + 0.4) / 4),  # 1, 0.9, 0.7, 0.4, 0
        (BEST, 2, (0.5 * 1 + 0.3) / 2),  # 1, 0.3, 0
        (BEST, 3, 0.25 * 0.8 + 0.5 * 0.35 + 0.25 * 0.05),  # one, three, four pixels: 1, 0.6, 0.1, 0
        (BEST, 1, 0.5),
    ],
)
def test_deletion_is_the_area_below_the_curve_of_what_is_left(maps, steps, expected):
    assert deletion(brightness, IMAGES, EMPTY, maps, INSIDE, steps=steps).item() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("maps", "expected"),
    [
        (BEST, (0.4 + 0.7 + 0.9 + 0.5 * 1) / 4),  # 0, 0.4, 0.7, 0.9, 1
        (WORST, (0.1 + 0.3 + 0.6 + 0.5 * 1) / 4),  # 0, 0.1, 0.3, 0.6, 1
    ],
)
def test_insertion_is_the_area_below_the_curve_of_what_is_there(maps, expected):
    assert insertion(brightness, IMAGES, EMPTY, maps, INSIDE, steps=4).item() == pytest.approx(expected)


def test_what_is_there_before_counts_too():
    half = torch.where(INSIDE[:, None], torch.full_like(IMAGES, 0.25), IMAGES)
    # 1, then 0.25 out and 0.4 in, and so on: 1, 1.15, 1.2, 1.15, 1
    expected = (0.5 * 1 + 1.15 + 1.2 + 1.15 + 0.5 * 1) / 4
    assert insertion(brightness, IMAGES, half, BEST, INSIDE, steps=4).item() == pytest.approx(expected)


def test_a_slice_without_brain_has_no_area():
    both = torch.cat([INSIDE, torch.zeros_like(INSIDE)])
    found = deletion(
        brightness, IMAGES.repeat(2, 1, 1, 1), EMPTY.repeat(2, 1, 1, 1), BEST.repeat(2, 1, 1), both, steps=4
    )
    assert found.isnan().tolist() == [False, True]


@pytest.mark.parametrize("measure", [deletion, insertion])
def test_no_area_depends_on_the_batch_that_pictures_come_in(measure, classifier):
    generator = torch.Generator().manual_seed(5)
    images, maps = torch.rand((5, 1, 32, 32), generator=generator) * 80, torch.rand((5, 32, 32), generator=generator)
    inside = torch.zeros((5, 32, 32), dtype=torch.bool)
    inside[:, 4:28, 4:28] = True

    def probability(hu):
        return classifier(hu).logits[:, 0].sigmoid()

    with torch.inference_mode():
        alone, *others = (
            measure(probability, images, torch.full_like(images, 30), maps, inside, steps=6, batch=batch)
            for batch in (1, 8, 35)
        )
        single = torch.cat(
            [
                measure(probability, i[None], torch.full_like(i[None], 30), m[None], b[None], steps=6)
                for i, m, b in zip(images, maps, inside, strict=True)
            ]
        )
    for other in (*others, single):
        torch.testing.assert_close(other, alone, rtol=1e-5, atol=1e-6)


def test_pixels_are_ranked_within_the_brain_and_all_others_come_later():
    maps = torch.tensor([[[0.5, 0.9, 0.1], [0.8, 1.0, 0.3]]])
    inside = torch.tensor([[[True, True, True], [True, False, False]]])
    found = ranks(maps, inside, seed=0)
    assert found[inside].tolist() == [2, 0, 3, 1]
    assert sorted(found[~inside].tolist()) == [4, 5]


def test_pixels_of_equal_saliency_come_in_a_mixed_order_that_the_seed_alone_decides():
    flat, inside = torch.zeros(2, 16, 16), torch.ones(2, 16, 16, dtype=torch.bool)
    torch.manual_seed(0)
    found = ranks(flat, inside, seed=3)
    torch.manual_seed(1)
    assert torch.equal(ranks(flat, inside, seed=3), found)
    assert torch.equal(found[0], found[1])
    assert not torch.equal(ranks(flat, inside, seed=4), found)
    # the first half of them lies in the upper half of the slice about as often as in the lower one
    assert 48 <= (found[0, :8] < 128).sum() <= 80
