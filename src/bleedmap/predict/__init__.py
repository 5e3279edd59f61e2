"""A trained method on a new scan.

- ``method``: the files of a trained method in a results tree, and its mask of a volume;
- ``found``: what it finds in a scan, before anything is written;
- ``scan``: from DICOM or NIfTI to mask, volumes and picture;
- ``outputs``: all that is written of it, a scan a folder; ``preview``: the picture.
"""
