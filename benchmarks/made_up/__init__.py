"""Data in no time.

- ``random_store``: slices, masks and split of noisy heads; ``stripped_head``: a head around a brain without one;
- ``trainings``: programs and Snakemake runs that train on such data;
- ``bare_loop``: a training with nothing around it;
- ``rsna_index``: the index of a data set of the largest kind, without an image.
"""
