"""Scans of your own: a folder, a zip or a list of studies in DICOM or NIfTI, one label table, perhaps masks.

- ``listing``: which studies there are, by ``entries``: those of a folder, a zip or a list;
- ``reading``: a study, by ``scan``: its volumes joined with labels and masks;
- ``check``: masks and scans that lack each other.
"""
