"""The embedded data set: real anatomy without a patient (docs/phantom.md).

- ``subject``: one subject from its number; ``names``: what it is called; ``cohort``: many on disk, with ``labels``;
- ``anatomy``: its head; ``bleeding``: its bleeds; ``scanner``: its slices;
- ``fields`` and ``brush`` draw everything soft or random.
"""
