"""The embedded data set: real anatomy without a patient (docs/phantom.md).

- ``make_subject`` simulates one subject, ``write_cohort`` writes many as DICOM, labels and masks.
- ``atlas`` MNI152 tissue maps; ``geometry`` where the slices lie; ``head`` bends the atlas into one head.
- ``brain`` turns it into HU; ``mass_effect`` pushes it; ``dura`` folds and vessels; ``relief`` ridges of the skull.
- ``surroundings``: ``skull`` with its ``sutures``, ``base``, ``face``.
- ``bleeds`` who bleeds; ``planning`` with ``parenchyma``, ``csf_bleeds`` and ``extraaxial`` where; ``blood`` how dense.
- ``calcifications`` and ``confounders`` what looks like blood; ``scanner`` with ``artefacts`` thick noisy slices.
- ``dicom``, ``labels`` and ``cohort`` files; ``fields`` and ``brush`` draw everything soft or random.
"""

from bleedmap.phantom.bleeds import SUBTYPES, bleeds_of
from bleedmap.phantom.cohort import write_cohort
from bleedmap.phantom.subject import PhantomSubject, make_subject

__all__ = ["SUBTYPES", "PhantomSubject", "bleeds_of", "make_subject", "write_cohort"]
