"""What the rules of phantom, ingestion, brain masks, slices and quality pages ask."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bleedmap.brain.stamp import mask_stamp
from bleedmap.datasets.id_key import key_mark
from bleedmap.datasets.retries import retries
from bleedmap.datasets.sources import stamps
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.provenance.files import file_digest

QUALITY_TEMPLATE = Path("bleedmap/quality/quality.html.j2")
READ_AS = {"phantom": "folder"}  # data sets whose scans another adapter reads


@dataclass(frozen=True)
class DataPlan:
    """Data sets up to the working grid.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def ingest_inputs(self, wildcards: Names) -> Files:
        """The phantom's DICOM comes from the workflow; the files of other data sets are watched by ``members``."""
        is_phantom = self.plan.config.datasets[wildcards["dataset"]].adapter == "phantom"
        return {"phantom": self.plan.paths.phantom.format(**wildcards)} if is_phantom else {}

    def dataset_spec(self, wildcards: Names) -> str:
        """Config of a data set without its size: a new subject touches its own shard only."""
        spec = self.plan.config.datasets[wildcards["dataset"]]
        return str(spec.model_dump_json(exclude={"subjects"}))

    def members(self, wildcards: Names) -> str:
        """Digest of the sources of a shard; changes when one of them does, or shall be read again."""
        digest = stamps(self.plan.sources(wildcards["dataset"])[int(wildcards["shard"])])
        private = self.plan.paths.private.format(**wildcards)
        if private not in self._again:
            self._again[private] = retries(Path(private))
        return f"{digest}-{self._again[private]}" if self._again[private] else digest

    @cached_property
    def _again(self) -> dict[str, int]:
        """Retries by private table, as they were when this run was planned: its own jobs add to them."""
        return {}

    def planned(self, wildcards: Names) -> int:
        """Number of sources of a shard."""
        return len(self.plan.sources(wildcards["dataset"])[int(wildcards["shard"])])

    def key(self, wildcards: Names) -> str:
        """Option that tells which key a data set's hashed names are made with; empty where its names are public."""
        is_public = getattr(self.plan.config.datasets[wildcards["dataset"]], "public_names", True)
        return "" if is_public else f"--key-mark {key_mark()}"

    def phantom_subjects(self, wildcards: Names) -> list[str]:
        """Numbers of the phantom subjects in a shard."""
        return [source.name for source in self.plan.sources(wildcards["dataset"])[int(wildcards["shard"])]]

    def ingest_code(self, wildcards: Names) -> str:
        """Code behind a data set's ingestion: how its adapter lists and reads."""
        own = self.plan.config.datasets[wildcards["dataset"]].adapter
        rooms = (("listing", own), ("listing", READ_AS.get(own, own)), ("reading", READ_AS.get(own, own)))
        return self.plan.digest("ingest.py", more=[f"bleedmap.datasets.{name}.{room}" for room, name in rooms])

    def brain_spec(self, wildcards: Names) -> str:
        """Config of the brain masks; no text, in which Snakemake would take the braces of a command for wildcards."""
        return str(self.plan.config.brain.to_json())

    def brain_stamp(self) -> str:
        """Changes when a precomputed brain mask does."""
        return mask_stamp(self.plan.config.brain)

    def enhancement_spec(self, wildcards: Names) -> str:
        """Config of an enhancement."""
        return str(self.plan.config.enhancements[wildcards["enhancement"]].to_json())

    def enhancement_code(self, wildcards: Names) -> str:
        """Code behind an enhancement."""
        return self.plan.digest("enhance.py", self.plan.config.enhancements[wildcards["enhancement"]])

    def quality_code(self) -> str:
        """Code behind the quality page, its template included."""
        return f"{self.plan.digest('quality.py')}-{file_digest(self.plan.house / 'src' / QUALITY_TEMPLATE)[:16]}"

    def quality_pages(self) -> list[str]:
        """The quality pages of all data sets."""
        return [self.plan.paths.quality.format(dataset=name) for name in self.plan.datasets]
