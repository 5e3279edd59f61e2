"""Head scans: readers, writers and geometry.

- ``ct_volume``: the volume, and a scan with labels and truth; ``geometry``: where it lies; ``intensity``: what its
  values are;
- ``dicom``, ``nifti`` (by ``nifti_file``), ``picture``: readers; ``zip_member``: files that lie in a zip;
- ``plain_file``: how files are opened; ``budget``: memory that a scan may take; ``head_size``: geometry of no head;
- ``one_scan``: why a stage refuses a scan instead of its shard;
- ``display_window``: which window a picture was made with;
- ``hounsfield``: what HU can be; ``mr_scale``: MR signal on a display scale, by ``mr_bias``, freed of shading, and
  ``mr_head``, where the head lies; ``orientation``: the order of voxels;
- ``regular``: from native slices to an even grid and back;
- ``scan_archive``: the scans of a shard in one file.
"""
