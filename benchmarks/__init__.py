"""Measurements, run by hand: ``python -m benchmarks.<name> --help``. Ratios count, against a peer in the same run.

Programs:

- ``ingestion``: against dcm2niix; ``brain``: time of the brain masks and their agreement with the truth;
- ``brain_pictures``: masks of phantom slices exported in many windows and sizes;
- ``sim_to_real``: trained on the phantom alone, tested on real slices;
- ``shortcuts``: what a classifier reaches that cannot see the brain;
- ``realism``: the phantom's pictures, histograms, noise and edges beside a real scan;
- ``training``: the engine against a bare loop, on stores of made-up slices;
- ``kills``: trainings and Snakemake killed at random moments, and the bytes that they end with after all;
- ``predict``: what a scan costs, step by step, outside of the networks and in memory;
- ``saliency``: methods on a Swin transformer against its forward pass and the authors' own code; ``swin_maps``: the
  picture of their maps in ``docs/maps.md``;
- ``startup``: what the workflow's start costs, with nothing to do and with a data set of the largest kind.

What they are made of: ``pictures`` (slices as somebody might have exported them), ``networks`` (trained on these and
examined), ``made_up`` (data and runs in no time), ``figures`` (what is told of them).
"""
