"""The embedded data set: its subjects follow from the config and their number, so nothing is read to list them."""

from bleedmap.config.datasets import PhantomSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.sources import Source, stamp
from bleedmap.phantom.names import subject_name

ABOUT = About(
    title="The embedded phantom",
    licence="simulated, free to use; its anatomy is the MNI152 atlas that comes with nilearn",
    source="made by the workflow itself, see docs/phantom.md",
    layout="nothing on disk until the workflow has written it",
)


def list_sources(spec: PhantomSpec) -> list[Source]:
    """One source a subject; nothing is read, a subject follows from the config and its number."""
    cohort = spec.model_dump(mode="json", exclude={"shards", "subjects"})
    return [Source(subject_name(index), str(index), (), stamp((), cohort, index)) for index in range(spec.subjects)]
