"""Measurements, run by hand: ``python -m benchmarks.<name> --help``. Ratios count, against a peer in the same run.

- ``ingestion``: against dcm2niix; ``brain``: time of the brain masks and their agreement with the truth;
- ``sim_to_real``: trained on the phantom alone, tested on real slices;
- ``shortcuts``: what a classifier reaches that cannot see the brain;
- ``realism``: the phantom's pictures, histograms, noise and edges beside a real scan.
"""
