"""Tuning: values of a component's own keys, chosen on subjects that are not tested.

- ``dimension``: the values of one searched key; ``trials``: what has been judged, and the best of it;
- ``search``: grid, coordinate and Bayesian search; ``candidates``: a spec with values filled in;
- ``objective``: what is maximised of masks, Dice by unit;
- ``tuning_scans``: the only scans that are read; ``tune``: scans outside, candidates inside;
- ``tune_mask``, ``tune_detector``, ``tune_segmenter``: of a mask method, of a detector, of what acts after a
  segmenter's training;
- ``tuned``: the result and its files; ``curve_picture``: its picture.
"""
