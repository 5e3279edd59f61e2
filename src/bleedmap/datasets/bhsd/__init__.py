"""BHSD: 192 scans of RSNA 2019 patients in NIfTI with masks of five subtypes.

- ``listing``: which scans and masks there are; ``reading``: a scan with its mask; ``check``: a whole copy.
"""
