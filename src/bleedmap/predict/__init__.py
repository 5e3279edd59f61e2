"""A trained method on a new scan.

- ``method``: the files of a trained method in a results tree, and its mask of a volume;
- ``scan``: from DICOM or NIfTI to mask, volumes and picture;
- ``preview``: the picture;
- ``familiar``: whether a scan is a head CT that the method knows; ``calibration``: how sure a method is.
"""
