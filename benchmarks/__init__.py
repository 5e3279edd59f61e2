"""Measurements that judge the phantom and the methods; run as ``python -m benchmarks.<name>``.

- ``sim_to_real``: trained on the phantom alone, tested on real slices;
- ``shortcuts``: what a classifier reaches that cannot see the brain;
- ``realism``: the phantom's pictures, histograms, noise and edges beside a real scan.
"""
