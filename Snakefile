"""bleedmap: from slice labels to scored hemorrhage masks.

Scans are ingested, brains found, slices resampled; a classifier learns slice labels, its saliency becomes masks, a
segmenter learns from the masks; every method is scored on scans that nothing was trained or tuned on.
"""


include: "workflow/Snakefile"


rule all:
    """The leaderboard and the report of every method in the config, and a page on the quality of each data set."""
    default_target: True
    input:
        path.leaderboard,
        path.report,
        data.quality_pages(),
