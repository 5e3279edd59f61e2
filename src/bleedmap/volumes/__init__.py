"""Head CT volumes: readers, writers and geometry.

- ``ct_volume``: the volume, its geometry, and a scan with labels and truth;
- ``dicom``, ``nifti``, ``picture``: readers;
- ``regular``: from native slices to an even grid and back;
- ``scan_archive``: the scans of a shard in one file.
"""
