"""The plan behind the rules: which shards, files and digests there are, from the config alone; nothing heavy is loaded.

- ``core``: shards of the data sets, digests, memory, and what all rules share;
- ``inputs``: inputs of a job as options of its program, and what they hold;
- ``places``: whether checkout and results folder can be used;
- ``rows``: rows of the leaderboard as names in the results tree;
- ``searches``: which components leave values to a search;
- ``data``: phantom, ingestion, brain masks, enhancement, quality pages;
- ``networks``: split files, classifiers and their maps; ``masks``: masks and points;
- ``segmenters``: what segmenters learn from and what they find;
- ``faithfulness``: measures of maps;
- ``scores``: scores, leaderboard, comparisons; ``report``: pictures and page;
- ``bundle_row``: settings and files of a row that becomes a bundle; ``bundles``: bundles, and folders to predict.
"""
