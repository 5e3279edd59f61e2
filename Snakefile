"""bleedmap: from slice labels to scored hemorrhage masks.

Scans are ingested, brains found, slices resampled; a classifier learns slice labels, its saliency becomes masks, a
segmenter learns from the masks; every method is scored on scans that nothing was trained or tuned on.
"""


include: "workflow/Snakefile"


rule all:
    """The leaderboard and the report of every method in the config."""
    default_target: True
    input:
        path.leaderboard,
        path.report,
