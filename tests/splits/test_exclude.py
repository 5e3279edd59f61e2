import pandas as pd
import pytest

from bleedmap.config.splits import SplitSpec
from bleedmap.errors import TableError
from bleedmap.splits.exclude import shared_subjects, without_excluded

UID = "1.2.826.0.1.3680043.8.498.1234"


def scans_of(*subjects):
    return pd.DataFrame({"scan": [f"{name}-scan" for name in subjects], "subject": subjects})


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize(
    "name", ["ID_0a1b2c3d", "ID_12345678", UID, "7c9e6679-7425-40de-944b-e07fc1f90ae7", "MRN0012345"]
)
def test_a_name_that_tells_one_person_is_shared(name):
    assert shared_subjects(["a", name], [name, "b"]) == [name]


@pytest.mark.parametrize("name", ["007", "20190412", "patient-12", "phantom-000", "CQ500-CT-9", "0f1e2d3c4b5a", "ward"])
def test_running_numbers_and_hashed_names_are_other_people(name):
    assert shared_subjects([name], [name]) == []


def test_whom_a_network_elsewhere_learns_on_is_refused_by_number_and_never_by_name(write):
    learnt = write("scans.csv", "scan,subject\ns1,ID_0a1b2c3d\ns2,ID_ffffffff\n")
    with pytest.raises(TableError) as caught:
        without_excluded(scans_of("ID_0a1b2c3d", "ID_00000001"), SplitSpec(), "b", [learnt])
    assert caught.value.code == "shared-subjects"
    assert "1 subjects of split b" in str(caught.value)
    assert "ID_0a1b2c3d" not in str(caught.value)


def test_shared_subjects_go_when_they_are_listed_or_known_to_be_other_people(write):
    learnt = write("scans.csv", "scan,subject\ns1,ID_0a1b2c3d\n")
    scans = scans_of("ID_0a1b2c3d", "ID_00000001")
    listed = SplitSpec(exclude=[write("list.txt", "\ufeff ID_0a1b2c3d\n\n")])
    assert without_excluded(scans, listed, "b", [learnt])["subject"].tolist() == ["ID_00000001"]
    assert len(without_excluded(scans, SplitSpec(same_names="other_people"), "b", [learnt])) == 2


def test_equal_subject_numbers_of_two_data_sets_all_stay(write):
    learnt = write("scans.csv", "scan,subject\n" + "".join(f"s{number},{number:03d}\n" for number in range(100)))
    scans = scans_of(*(f"{number:03d}" for number in range(75)))
    assert len(without_excluded(scans, SplitSpec(), "b", [learnt])) == 75


def test_several_lists_are_taken_together(write):
    spec = SplitSpec(exclude=[write("1.txt", "a\nb\n"), write("2.txt", "b\nc\n")])
    assert without_excluded(scans_of("a", "b", "c", "d"), spec, "x", [])["subject"].tolist() == ["d"]


@pytest.mark.parametrize(
    ("text", "code"), [("nobody\n", "no-exclusion"), ("", "no-exclusion"), ("a\nb\n", "nothing-usable")]
)
def test_a_list_that_leaves_out_nobody_or_everybody_is_one_sentence(write, text, code):
    with pytest.raises(TableError) as caught:
        without_excluded(scans_of("a", "b"), SplitSpec(exclude=[write("list.txt", text)]), "x", [])
    assert caught.value.code == code


def test_a_list_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(TableError) as caught:
        without_excluded(scans_of("a"), SplitSpec(exclude=[tmp_path / "gone.txt"]), "x", [])
    assert caught.value.code == "no-exclusion"
    assert str(tmp_path) not in str(caught.value)
