"""PhysioNet CT-ICH: 75 scans in NIfTI with masks and a table of subtypes slice by slice.

- ``listing``: which scans, masks and rows there are; ``reading``: a scan with both; ``check``: a whole copy.
"""
