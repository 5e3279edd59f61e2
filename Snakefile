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


rule bundles:
    """Every method that ends in masks as a zip of its own, with the networks of the first fold."""
    input:
        bundles.all_bundles(),


rule predictions:
    """What bundles find in the folders of new scans that the config names."""
    input:
        predictions.all_tables(),
