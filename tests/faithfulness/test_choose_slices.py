import pandas as pd

from bleedmap.faithfulness.choose_slices import choose_slices


def table(**bleeding):
    """Six slices of every subject, of which some bleed."""
    rows = [(f"s-{name}", name, n, int(n in slices)) for name, slices in bleeding.items() for n in range(6)]
    return pd.DataFrame(rows, columns=["scan", "subject", "slice", "any"])


MANY = table(p=range(6), q=(1, 2), r=(3,), healthy=())


def chosen(slices, number, seed=0):
    return choose_slices(slices, "any", number, seed)


def test_every_subject_gives_a_slice_before_any_gives_two():
    assert sorted(chosen(MANY, 3)["subject"]) == ["p", "q", "r"]
    assert chosen(MANY, 5)["subject"].tolist() == ["p", "p", "q", "q", "r"]
    assert chosen(MANY, 6)["subject"].tolist() == ["p", "p", "p", "q", "q", "r"]


def test_only_slices_that_are_known_to_bleed_are_chosen_all_of_them_if_they_are_few():
    unknown = MANY.assign(any=MANY["any"].where(MANY["subject"] != "p", -1))
    found = chosen(unknown, 100)
    assert list(zip(found["subject"], found["slice"], strict=True)) == [("q", 1), ("q", 2), ("r", 3)]
    assert len(chosen(table(healthy=()), 4)) == 0


def test_the_choice_depends_on_the_seed_and_not_on_the_order_of_the_slices():
    one = chosen(MANY, 4)
    pd.testing.assert_frame_equal(chosen(MANY.sample(frac=1, random_state=1), 4), one)
    assert any(not chosen(MANY, 4, seed).equals(one) for seed in range(1, 6))
