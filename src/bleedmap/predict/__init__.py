"""A trained method on new scans.

- ``method``: a bundle, ready for scans; ``member``: one fold of it; ``vote``: several folds as one;
- ``known``: what a bundle knows of its training scans and of its errors; ``known_parts``: the same from a run's files;
- ``of_run``: a row of a finished run as a bundle;
- ``found``: what it finds in a scan, before anything is written;
- ``scan``: from DICOM or NIfTI to what is found; ``outputs``: all that is written of it, a scan a folder;
- ``scans``: many scans, one after the other, told one by one; ``finished``: which of them are done already;
- ``preview``: the picture;
- ``familiar``: whether a scan is a head CT that the method knows; ``calibration``: how sure a method is.
"""
