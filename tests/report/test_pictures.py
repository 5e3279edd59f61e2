from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import rgb_to_hsv, to_rgb
from matplotlib.image import imread

from bleedmap.report.choose import choose, list_test_slices
from bleedmap.report.drawing import FOUND, TRUE
from bleedmap.report.hero import typical
from bleedmap.report.overlays import by_name, draw_overlays, hero_steps
from bleedmap.report.panels import Panel, image_name, read_panels
from bleedmap.report.sheet import draw_sheet
from bleedmap.report.spec import OverlaySpec


@pytest.fixture
def test_slices(stores, roles):
    return list_test_slices(stores["slices"], roles, None)


@pytest.fixture
def panels(stores, test_slices):
    masks = {name: stores[name] for name in ("plain", "weak", "strong")}
    maps, points = {"net/cam": stores["maps"]}, {"peaks": stores["points"]}
    return read_panels(choose(test_slices, 3), stores["slices"], maps, masks, points)


def painted(path, colour):
    """Pixels of a colour's hue, a veil over grey included."""
    hue, saturation, _ = np.moveaxis(rgb_to_hsv(imread(path)[..., :3]), -1, 0)
    return int(((np.abs(hue - rgb_to_hsv(to_rgb(colour))[0]) < 0.04) & (saturation > 0.2)).sum())


def test_panels_hold_the_slices_that_were_chosen(panels):
    assert [(panel.scan, panel.slice_number) for panel in panels] == [("a", 3), ("b", 1), ("e", 1)]
    assert panels[0].truth.sum() == 64
    assert panels[2].truth is None


def test_dice_is_that_of_the_slice(panels):
    assert panels[0].dice("strong") == 1
    assert panels[0].dice("plain") == 0
    assert panels[0].dice("weak") == pytest.approx(2 / 3)
    assert np.isnan(panels[2].dice("weak"))
    # nothing drawn, something found: no Dice of 0 where there was nothing to find
    healthy = Panel("scan", 1, panels[0].hu, np.zeros((32, 32), bool), {}, {"m": np.ones((32, 32), bool)})
    assert np.isnan(healthy.dice("m"))


def test_slices_are_called_what_they_are(panels):
    assert image_name(panels) == "CT"
    assert image_name([replace(panels[0], intensity="mr")]) == "MR"


def test_maps_are_those_of_any_hemorrhage_and_labels_of_every_subtype_count(panels):
    assert panels[0].maps["net/cam"].shape == (32, 32)
    assert np.ptp(panels[0].maps["net/cam"]) > 0.5  # that of edh is flat
    assert panels[0].masks["strong"].sum() == 64


def test_unknown_voxels_are_not_found(stores, test_slices):
    (panel,) = read_panels(choose(test_slices, 1), stores["slices"], {}, {"pseudo": stores["pseudo"]}, {})
    assert panel.masks["pseudo"].sum() == 32


def test_points_of_any_hemorrhage_lie_where_the_working_grid_has_them(panels):
    # rows 28 and 29 of the scan are row 10 of the grid, which starts at row 8
    np.testing.assert_allclose(panels[0].points["peaks"], [[10, 10]])
    assert np.isnan(panels[0].dice("peaks"))


def test_a_point_is_drawn_as_a_cross_on_the_sheet_and_moves_nothing(panels, tmp_path):
    pictures = []
    for marks in (np.empty((0, 2)), panels[2].points["peaks"], np.array([[-3.0, 40.0]])):
        panel = replace(panels[2], points={"peaks": marks})
        draw_sheet([panel], [], ["peaks"], tmp_path / "sheet.png")
        pictures.append((painted(tmp_path / "sheet.png", FOUND), imread(tmp_path / "sheet.png")))
    (nothing, plain), (cross, marked), (_, outside) = pictures
    assert cross > nothing + 20
    changed = (plain != marked).any(axis=-1)
    assert 20 < changed.sum() < 500
    # a point beyond the grid does not stretch the picture
    assert (plain != outside).any(axis=-1).sum() < 500


def test_the_sheet_shows_masks_heatmaps_and_truth(panels, tmp_path):
    def drawn(name, panel, method, heatmaps=()):
        draw_sheet([panel], heatmaps, [method], tmp_path / name)
        return tmp_path / name

    nothing, half = drawn("nothing.png", panels[0], "plain"), drawn("half.png", panels[0], "weak")
    assert painted(half, FOUND) > painted(nothing, FOUND) + 50
    without_truth = drawn("without.png", panels[2], "plain")
    assert painted(nothing, TRUE) > painted(without_truth, TRUE) + 50
    assert imread(drawn("map.png", panels[0], "plain", ["net/cam"])).shape[1] > imread(nothing).shape[1]


def test_a_heatmap_changes_the_picture_where_it_is_high(panels, tmp_path):
    pictures = []
    for heat in (np.zeros((32, 32)), np.eye(32)):
        draw_sheet([replace(panels[0], maps={"net/cam": heat})], ["net/cam"], [], tmp_path / "sheet.png")
        pictures.append(imread(tmp_path / "sheet.png"))
    assert (pictures[0] != pictures[1]).any(axis=-1).sum() > 100


def test_every_method_has_a_column_and_every_slice_a_row(panels, tmp_path):
    shapes = []
    for shown, methods in ((panels[:1], ["weak"]), (panels[:2], ["weak"]), (panels[:2], ["weak", "strong"])):
        draw_sheet(shown, [], methods, tmp_path / "sheet.png")
        shapes.append(np.array(imread(tmp_path / "sheet.png").shape[:2]))
    side = 1.3 * 110
    np.testing.assert_allclose(np.diff(shapes, axis=0), [[side, 0], [0, side]], atol=1)


def test_the_hero_is_the_slice_of_median_dice():
    truth = np.zeros((8, 8), bool)
    truth[:4] = True

    def panel(rows, drawn=truth):
        found = np.zeros_like(truth)
        found[:rows] = True
        return Panel("scan", 1, truth.astype(np.int16), drawn, {}, {"m": found})

    assert typical([panel(4), panel(1), panel(3)], "m") == 2
    assert typical([panel(4), panel(1), panel(3), panel(2)], "m") == 3
    assert typical([panel(4, None), panel(1), panel(3)], "m") == 1
    assert typical([panel(4, None), panel(1, None)], "m") == 0


def test_the_hero_shows_the_first_method_with_saliency_and_segmenter_step_by_step(spec):
    assert spec.hero.name == "weak"
    steps = hero_steps(spec.hero, has_pseudo_mask=True)
    titles = ["CT", "saliency (cam)", "pseudo mask (crf)", "prediction (unet)", "truth"]
    assert [step.title for step in steps] == titles
    plain = hero_steps(spec.rows[0], has_pseudo_mask=False)
    assert [step.title for step in plain] == ["CT", "mask (hu)", "truth"]


def test_a_detector_is_the_hero_where_nothing_finds_masks(spec, detector):
    assert OverlaySpec(rows=(detector, *spec.rows), slices=3).hero.name == "weak"
    assert OverlaySpec(rows=(detector, spec.rows[0]), slices=3).hero.name == "plain"
    alone = OverlaySpec(rows=(detector,), slices=3).hero
    titles = [step.title for step in hero_steps(alone, has_pseudo_mask=False)]
    assert titles == ["CT", "saliency (cam)", "points (maxima)", "truth"]


def test_files_go_to_names_shard_by_shard():
    assert by_name(["a", "b"], [1, 2, 3, 4], 2) == {"a": [1, 2], "b": [3, 4]}
    with pytest.raises(ValueError, match="zip"):
        by_name(["a", "b"], [1, 2, 3, 4, 5, 6], 2)


def draw(folder, spec, stores, test_slices, points=()):
    draw_overlays(
        spec,
        test_slices,
        slices=stores["slices"],
        predictions=[file for name in spec.masks for file in stores[name]],
        maps=stores["maps"],
        masks=stores["pseudo"] if spec.hero.segmenter else [],
        points=points,
        sheet=folder / "sheet.png",
        hero=folder / "hero.png",
    )
    return [(folder / name).read_bytes() for name in ("sheet.png", "hero.png")]


def test_pictures_have_the_same_bytes_twice_and_say_nothing_of_the_software(spec, stores, test_slices, tmp_path):
    first = draw(tmp_path / "one", spec, stores, test_slices)
    assert first == draw(tmp_path / "two", spec, stores, test_slices)
    assert all(b"atplotlib" not in picture for picture in first)


def test_a_fold_without_test_scans_still_gets_its_pictures(spec, stores, test_slices, tmp_path):
    sheet, hero = draw(tmp_path, spec, stores, test_slices[:0])
    assert len(sheet) > 1000
    assert len(hero) > 1000


def test_methods_that_find_points_stand_beside_those_that_find_masks(spec, detector, stores, test_slices, tmp_path):
    both = spec.model_copy(update={"rows": (detector, *spec.rows)})
    narrow, _ = draw(tmp_path / "masks", spec, stores, test_slices)
    wide, _ = draw(tmp_path / "both", both, stores, test_slices, stores["points"])
    shapes = [imread(tmp_path / name / "sheet.png").shape[1] for name in ("masks", "both")]
    assert np.diff(shapes).item() == pytest.approx(1.3 * 110, abs=1)
    assert narrow != wide


def test_a_run_of_detectors_alone_gets_its_pictures(detector, stores, test_slices, tmp_path):
    alone = OverlaySpec(rows=(detector,), slices=3)
    sheet, hero = draw(tmp_path, alone, stores, test_slices, stores["points"])
    assert min(len(sheet), len(hero)) > 1000
    assert painted(tmp_path / "hero.png", FOUND) > 0


def test_many_methods_go_on_below_on_a_sheet_that_stays_readable(panels, tmp_path):
    sizes, found = [], []
    for number in (12, 13, 43):
        draw_sheet(panels[:2], [], ["strong"] * number, tmp_path / "sheet.png")
        sizes.append(imread(tmp_path / "sheet.png").shape[:2])
        found.append(painted(tmp_path / "sheet.png", FOUND) / number)
    (tall, wide), (tall_13, wide_13), (tall_43, wide_43) = sizes
    assert wide_13 < wide < 2200 > wide_43
    assert tall_13 < 2 * tall < 3 * tall < tall_43 < 4.2 * tall
    np.testing.assert_allclose(found, found[0], rtol=0.05)  # none is left out
