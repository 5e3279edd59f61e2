"""Which brain masks somebody else made, told by names and sizes alone; costs no heavy import."""

from bleedmap.config.brain import AnyBrain, PrecomputedSpec
from bleedmap.datasets.sources import stamp


def mask_stamp(spec: AnyBrain) -> str:
    """Digest of the names and sizes of precomputed masks, so that a changed one is noticed; empty for other methods."""
    return stamp(sorted(spec.folder.glob("*.nii.gz"))) if isinstance(spec, PrecomputedSpec) else ""
