"""Slices, each of them sound, that do not belong together or of which some are missing."""

import numpy as np

from .conftest import edit, head_hu, tilted, write_series
from .dicom_fault import HU, fault


@fault("single-slice")
def a_slice_alone(folder):
    write_series(folder, HU[:1])


@fault("interleaved-stacks")
def two_stacks_between_each_other(folder):
    heights = np.sort([*range(0, 20, 5), *np.arange(4) * 5 + 2.2])
    write_series(folder, HU, heights=heights)


@fault("not-axial")
def coronal_slices(folder):
    write_series(folder, HU, orientation=(1, 0, 0, 0, 0, -1))


@fault("not-axial", flags=())
def coronal_slices_in_the_axial_series(folder):
    write_series(folder / "a", HU, uid="1.2.3")
    write_series(folder / "b", HU, uid="1.2.3", first=20, orientation=(1, 0, 0, 0, 0, -1))


@fault("single-slice", flags=["missing-slices"])
def one_slice_turned(folder):
    edit(write_series(folder, HU)[3], ImageOrientationPatient=tilted(10))


@fault("single-slice", flags=["missing-slices"])
def one_slice_of_another_matrix(folder):
    edit(write_series(folder, HU)[3], Rows=10)


@fault("single-slice", flags=["missing-slices"])
def one_slice_of_another_pixel_size(folder):
    edit(write_series(folder, HU)[3], PixelSpacing=[0.7, 0.5])


@fault("single-slice", flags=["missing-slices"])
def one_slice_of_another_patient(folder):
    edit(write_series(folder, HU)[3], PatientID="secret-other")


@fault("duplicate-slices")
def two_different_slices_at_one_place(folder):
    write_series(folder, HU, heights=[0, 5, 10, 10, 15, 20, 25, 30])


@fault(flags=["copies-dropped"])
def copies_of_the_slices(folder):
    for path in write_series(folder, HU):
        path.with_name(f"again-{path.name}").write_bytes(path.read_bytes())


@fault("several-phases")
def every_position_three_times(folder):
    for phase in range(3):
        write_series(folder / str(phase), head_hu(8, seed=phase), uid="1.2.3", first=20 * phase + 1)


@fault(flags=["shared-keys"])
def one_name_for_all_slices(folder):
    for path in write_series(folder, HU):
        edit(path, SOPInstanceUID="1.2.3.4")


@fault(flags=["missing-slices"])
def a_slice_missing(folder):
    write_series(folder, HU)[3].unlink()


@fault(flags=["uneven"])
def thin_slices_below_and_thick_ones_above(folder):
    write_series(folder, HU, heights=[0, 3, 6, 9, 12, 17, 22, 27])


@fault(flags=["tilted"])
def a_tilted_gantry(folder):
    write_series(folder, HU, orientation=tilted(18))


@fault(flags=["shifted"])
def a_slice_pushed_aside(folder):
    edit(write_series(folder, HU)[3], ImagePositionPatient=[-45, -60, 15])
