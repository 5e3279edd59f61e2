"""INSTANCE 2022: 100 scans in NIfTI with masks of blood of any kind.

- ``listing``: which scans and masks there are; ``reading``: a scan with its mask; ``check``: a whole copy.
"""
