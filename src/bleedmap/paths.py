"""Where every artifact lies. The tree is the provenance: a file's place says how it was made.

Braces are Snakemake wildcards. Methods that share a beginning share its files.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paths:
    """Path patterns below a results folder.

    Args:
        results: the results folder.
        train: data set that networks are trained on.
    """

    results: str
    train: str

    def _dataset(self, tail: str) -> str:
        return f"{self.results}/{{dataset}}/{tail}"

    def _fold(self, tail: str) -> str:
        return f"{self.results}/{self.train}/fold-{{fold}}/{tail}"

    @property
    def phantom(self) -> str:
        """DICOM series, labels and truth of a shard of the phantom."""
        return self._dataset("phantom/{shard}.zip")

    @property
    def volumes(self) -> str:
        """Archive of a shard's scans."""
        return self._dataset("volumes/{shard}.zip")

    @property
    def shard_scans(self) -> str:
        """Usable scans of a shard."""
        return self._dataset("volumes/{shard}.scans.csv")

    @property
    def shard_rejected(self) -> str:
        """Refused sources of a shard, with the reason."""
        return self._dataset("volumes/{shard}.rejected.csv")

    @property
    def private(self) -> str:
        """From scan ids back to source files, for the user alone."""
        return self._dataset("private/{shard}.csv")

    @property
    def scans(self) -> str:
        """One row a scan."""
        return self._dataset("scans.csv")

    @property
    def rejected(self) -> str:
        """One row a refused source."""
        return self._dataset("rejected.csv")

    @property
    def brain(self) -> str:
        """Archive of a shard's brain masks."""
        return self._dataset("brain/{shard}.zip")

    @property
    def brain_flags(self) -> str:
        """Volume and flags of a shard's brain masks."""
        return self._dataset("brain/{shard}.flags.csv")

    @property
    def montages(self) -> str:
        """Pictures of a shard's scans with the outlines of their brain masks."""
        return self._dataset("quality/{shard}.zip")

    @property
    def quality(self) -> str:
        """The page about a data set's scans, for people."""
        return self._dataset("quality.html")

    @property
    def slices(self) -> str:
        """Slice store of a shard."""
        return self._dataset("slices/{shard}.zarr.zip")

    @property
    def enhanced(self) -> str:
        """Slice store of a shard as a segmenter wants its input."""
        return self._dataset("enhanced/{enhancement}/{shard}.zarr.zip")

    @property
    def folds(self) -> str:
        """Part of every subject."""
        return f"{self.results}/{self.train}/folds.csv"

    @property
    def classifier(self) -> str:
        """Folder of a trained classifier."""
        return self._fold("{classifier}")

    @property
    def slice_scores(self) -> str:
        """Scores of every slice of a data set."""
        return self._fold("{classifier}/{dataset}.scores.csv")

    @property
    def maps(self) -> str:
        """Saliency maps of a shard."""
        return self._fold("{classifier}/{saliency}/{dataset}/{shard}.zarr.zip")

    @property
    def masks(self) -> str:
        """Masks of a shard."""
        return self._fold("{classifier}/{saliency}/{mask}/{dataset}/{shard}.zarr.zip")

    @property
    def mask_notes(self) -> str:
        """What the mask method notes of a shard, such as the logits behind its choices."""
        return self._fold("{classifier}/{saliency}/{mask}/{dataset}/{shard}.notes.csv")

    @property
    def segmenter(self) -> str:
        """Folder of a trained segmenter."""
        return self._fold("{classifier}/{saliency}/{mask}/{segmenter}")

    @property
    def predictions(self) -> str:
        """A segmenter's masks of a shard's test scans."""
        return self._fold("{classifier}/{saliency}/{mask}/{segmenter}/{dataset}/{shard}.zarr.zip")

    @property
    def scores(self) -> str:
        """Long table of a method's scores on a data set."""
        return self._fold("scores/{method}/{dataset}.csv")

    @property
    def overlays(self) -> str:
        """All methods on chosen test slices of a data set."""
        return self._fold("overlays/{dataset}.png")

    @property
    def hero(self) -> str:
        """One slice through one method, step by step."""
        return self._fold("overlays/{dataset}.hero.png")

    @property
    def leaderboard(self) -> str:
        """Means of all scores."""
        return f"{self.results}/leaderboard.csv"

    @property
    def comparisons(self) -> str:
        """Paired tests between methods."""
        return f"{self.results}/comparisons.csv"

    @property
    def report(self) -> str:
        """The page for people."""
        return f"{self.results}/report.html"

    def log(self, pattern: str) -> str:
        """Log of the job that makes ``pattern``."""
        return f"{self._beside(pattern, 'logs')}.log"

    def benchmark(self, pattern: str) -> str:
        """Time and memory of the job that makes ``pattern``."""
        return f"{self._beside(pattern, 'benchmarks')}.tsv"

    def _beside(self, pattern: str, folder: str) -> str:
        return pattern.replace(self.results, f"{self.results}/{folder}", 1)
