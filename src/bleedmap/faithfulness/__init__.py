"""Faithfulness: does a saliency map show what its classifier goes by? Measured without a mask; one measure a file.

- ``deletion``: how soon the classifier's answer goes when what a map marks is taken away;
- ``insertion``: how soon it comes when that is put in;
- ``pointing_game``: whether the highest place of a map lies in the bleed;
- ``randomisation``: whether the map changes when the classifier's weights are shuffled;
- ``order``: pixels of the brain from the most to the least salient;
- ``plain_tissue``: a slice without its bleed;
- ``curve``: a classifier's answer on the way from one picture to another, and the area below it;
- ``bleeds``: where the bleeds of a slice lie on the working grid, from truth or boxes;
- ``choose_slices``: the test slices that are measured;
- ``measure_slices``: all measures of some slices of one scan; ``measure_shards``: of all chosen slices of a fold.

The measures are arithmetic on tensors and arrays: they know neither configs nor stores, and take whatever classifier
answers with a probability.
"""
