"""The plan behind the rules: which shards, files and digests there are, from the config alone.

Nothing heavy is imported.

- ``core``: shards of the data sets, digests, memory, and what all rules share;
- ``rows``: rows of the leaderboard as names in the results tree;
- ``data``: phantom, ingestion, brain masks, quality pages; ``splits``: split files;
- ``networks``: classifiers and their maps; ``masks``: masks and points, tuned or not; ``segmenters``;
- ``scores``: scores, leaderboard, comparisons; ``report``: pictures and page.
"""
