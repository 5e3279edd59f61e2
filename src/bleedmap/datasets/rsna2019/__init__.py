"""RSNA 2019 intracranial hemorrhage detection: 752,803 slices with five subtype labels.

- ``index``: which slices make which scan, written once by ``build_index`` from headers and ``labels``, the table;
- ``exclusion``: patients that a run must not see;
- ``listing``: which scans there are; ``reading``: one of them; ``check``: a copy held against its tables.
"""
