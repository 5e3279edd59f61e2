"""Networks trained on pictures, and what they know.

- ``batches``: pictures to train on and to look at; ``train``: classifiers and U-Nets;
- ``released_hgi_sam``: the one of paper 000 as its authors run it;
- ``heat``: what they say of pictures; ``draw``: masks drawn from heatmaps; ``exam``: the figures of every method.
"""
