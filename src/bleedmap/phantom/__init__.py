"""The embedded data set: real anatomy without a patient (design section 9).

- ``make_subject`` simulates one subject, ``write_cohort`` writes many as DICOM, labels and masks.
- ``atlas`` MNI152 tissue maps; ``head`` bends them into one head; ``brain`` turns them into HU.
- ``skull`` and ``dura`` surround and divide the brain; ``confounders`` adds what looks like blood.
- ``bleeds`` decides who bleeds; ``parenchyma``, ``csf_bleeds`` and ``extraaxial`` grow the five subtypes.
- ``scanner`` makes thick noisy slices; ``dicom`` gives them headers; ``fields`` draws everything soft or random.
"""

from bleedmap.phantom.bleeds import SUBTYPES, bleeds_of
from bleedmap.phantom.cohort import write_cohort
from bleedmap.phantom.subject import PhantomSubject, make_subject

__all__ = ["SUBTYPES", "PhantomSubject", "bleeds_of", "make_subject", "write_cohort"]
