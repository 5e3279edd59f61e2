"""What a scanner makes of a head.

- ``geometry``: where the slices lie; ``ct`` with ``artefacts``, ``mr``: thick noisy slices; ``dicom``: a ``series``.
"""
