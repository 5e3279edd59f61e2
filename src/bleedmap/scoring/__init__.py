"""Scores: from a predicted and a true mask to one row of the leaderboard.

- ``classes``: from labels to one mask a class;
- ``overlap``: Dice, IoU, TPR, PPV, RVD, from masks or from voxel counts;
- ``pixels``: pixel accuracy and mean IoU, of which background is a part;
- ``surface``: distances in mm of the patient, with the rule for an empty mask; ``surfels``: pieces of a surface;
- ``surface_scores``: HD, HD95 and surface Dice of voxels or of area;
- ``volume``: millilitres; ``abc2``: as a reader estimates them; ``agreement``: with the true ones;
- ``detection``: accuracy to AUROC of a slice classifier;
- ``boxes``: where the bleeds lie that points are to be found in;
- ``table``: the long table that every score travels in;
- ``scan``: all scores of one scan, as rows of that table;
- ``score_shards``: those of all test scans;
- ``score_detection``: those of a classifier;
- ``score_area``: masks as detectors, where there is no classifier;
- ``points``: those of a detector's points; ``froc``: their sensitivity at so many false points a slice;
- ``pooled``: counts of many scans as the score of one;
- ``subjects``: one value a subject, and the units that all methods share;
- ``compare``: paired tests between methods;
- ``leaderboard``: means, deviations and numbers of units, one row a method, class and metric.

Import from the modules themselves: code digests follow imports, and an import here would make every score depend on the
leaderboard.
"""
