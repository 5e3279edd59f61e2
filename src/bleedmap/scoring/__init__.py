"""Scores: from a predicted and a true mask to one row of the leaderboard.

- ``overlap``: Dice, IoU, TPR, PPV, RVD, from masks or from voxel counts;
- ``surface``: HD95 and surface Dice, with the rule for an empty mask;
- ``volume``: millilitres;
- ``detection``: accuracy to AUROC of a slice classifier, and Youden's threshold;
- ``table``: the long table that every score travels in;
- ``scan``: all scores of one scan, as rows of that table;
- ``pooled``: counts of many scans as the score of one;
- ``subjects``: one value a subject;
- ``compare``: paired tests between methods;
- ``leaderboard``: means, deviations and numbers of units, one row a method and metric.

Import from the modules themselves: code digests follow imports, and an import here would make a slice classifier's
threshold depend on the leaderboard.
"""
