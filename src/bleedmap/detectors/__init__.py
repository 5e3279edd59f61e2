"""Detectors: points where a bleed is, one method a file, named as ``method`` in the config.

- ``local_maxima``: peaks of a saliency map;
- ``detect_scan``: points of one scan in its own pixels; ``detect_shard``: of all scans of a store, as a table.

Each method's module has ``find_points(spec, slices)``: a table slice, row, column, class, score with points in pixels
of the working grid and slices counted within ``slices``.
"""
