"""Where every artifact lies. The tree is the provenance: a file's place says how it was made.

Braces are Snakemake wildcards. Methods that share a beginning share its files. Three splits can meet in a path: the one
the classifier learnt on (``learnt``), the one the segmenter learnt on (``taught``), and the one whose subjects the file
is about (``split``); each with its fold.
"""

from dataclasses import dataclass

from bleedmap.stages import STAGES, stage


@dataclass(frozen=True)
class Paths:
    """Path patterns below a results folder.

    Args:
        results: the results folder.
    """

    results: str

    def _dataset(self, tail: str) -> str:
        return f"{self.results}/{{dataset}}/{tail}"

    def _fold(self, tail: str) -> str:
        return f"{self.results}/{{split}}/fold-{{fold}}/{tail}"

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
    def slices_refused(self) -> str:
        """Scans of a shard that cannot be brought to the working grid, with the reason."""
        return self._dataset("slices/{shard}.refused.csv")

    @property
    def enhanced(self) -> str:
        """Slice store of a shard as a segmenter wants its input."""
        return self._dataset("enhanced/{enhancement}/{shard}.zarr.zip")

    @property
    def split(self) -> str:
        """Role of every subject in every fold of a split."""
        return self._dataset("splits/{split}.csv")

    @property
    def classifier(self) -> str:
        """Folder of a trained classifier."""
        return f"{self.results}/{{learnt}}/fold-{{learnt_fold}}/{{classifier}}"

    @property
    def classifier_model(self) -> str:
        """Weights of a trained classifier."""
        return f"{self.classifier}/model.safetensors"

    @property
    def operating_point(self) -> str:
        """From which probability a slice is called bleeding, by class."""
        return f"{self.classifier}/operating_point.json"

    @property
    def slice_scores(self) -> str:
        """Probabilities of every slice of a data set."""
        return f"{self.classifier}/{{dataset}}.scores.csv"

    @property
    def maps(self) -> str:
        """Saliency maps of a shard."""
        return f"{self.classifier}/{{saliency}}/{{dataset}}/{{shard}}.zarr.zip"

    def _masks(self, split: str, fold: str) -> str:
        return f"{self.classifier}/{{saliency}}/{{mask}}/{{{split}}}/fold-{{{fold}}}"

    @property
    def tuned_mask(self) -> str:
        """Spec of a mask method with the values chosen in a fold."""
        return f"{self._masks('split', 'fold')}/tuned.json"

    @property
    def masks(self) -> str:
        """Masks of a shard in one fold."""
        return f"{self._masks('split', 'fold')}/{{shard}}.zarr.zip"

    @property
    def mask_notes(self) -> str:
        """What the mask method notes of a shard, such as the logits behind its choices."""
        return f"{self._masks('split', 'fold')}/{{shard}}.notes.csv"

    @property
    def points(self) -> str:
        """Points of a shard in one fold."""
        return f"{self._points}/{{shard}}.csv"

    @property
    def tuned_detector(self) -> str:
        """Spec of a detector with the values chosen in a fold."""
        return f"{self._points}/tuned.json"

    @property
    def _points(self) -> str:
        return f"{self.classifier}/{{saliency}}/points/{{detector}}/{{split}}/fold-{{fold}}"

    @property
    def faithfulness(self) -> str:
        """Measures of saliency maps on test slices of a fold, as a long table."""
        return f"{self.classifier}/{{saliency}}/faithfulness/{{split}}/fold-{{fold}}.csv"

    @property
    def segmenter(self) -> str:
        """Folder of a trained segmenter."""
        return f"{self._masks('taught', 'taught_fold')}/{{segmenter}}"

    @property
    def segmenter_model(self) -> str:
        """Weights of a trained segmenter."""
        return f"{self.segmenter}/model.safetensors"

    @property
    def tuned_segmenter(self) -> str:
        """Spec of a segmenter with the values chosen in a fold."""
        return f"{self.segmenter}/{{split}}/fold-{{fold}}/tuned.json"

    @property
    def predictions(self) -> str:
        """A segmenter's masks of a shard's test scans in one fold."""
        return f"{self.segmenter}/{{split}}/fold-{{fold}}/{{shard}}.zarr.zip"

    @property
    def scores(self) -> str:
        """Long table of a method's scores in one fold."""
        return self._fold("scores/{method}.csv")

    @property
    def overlays(self) -> str:
        """All methods on chosen test slices of a fold."""
        return self._fold("overlays.png")

    @property
    def hero(self) -> str:
        """One slice through one method, step by step."""
        return self._fold("overlays.hero.png")

    @property
    def leaderboard(self) -> str:
        """Means of all scores."""
        return f"{self.results}/leaderboard.csv"

    @property
    def comparisons(self) -> str:
        """Paired tests between methods."""
        return f"{self.results}/comparisons.csv"

    @property
    def paper(self) -> str:
        """The run beside the tables that a paper prints."""
        return f"{self.results}/paper.csv"

    @property
    def paper_page(self) -> str:
        """The same as Markdown."""
        return f"{self.results}/paper.md"

    @property
    def report(self) -> str:
        """The page for people."""
        return f"{self.results}/report.html"

    @property
    def bundle(self) -> str:
        """A method as one zip, with the networks of one fold (``fold-0``) or of all that are run (``folds``)."""
        return f"{self.results}/{{split}}/bundles/{{method}}.{{member}}.zip"

    @property
    def predicted(self) -> str:
        """What a bundle finds in the scans of a shard of a folder, a row a scan; a folder for each lies beside it."""
        return f"{self.results}/predicted/{{folder}}/{{shard}}.scans.csv"

    def log(self, name: str) -> str:
        """Log of a stage's job."""
        return f"{self._beside(name, 'logs')}.log"

    def benchmark(self, name: str) -> str:
        """Time and memory of a stage's job."""
        return f"{self._beside(name, 'benchmarks')}.tsv"

    def _beside(self, name: str, folder: str) -> str:
        pattern: str = getattr(self, stage(name).artifact)
        return pattern.replace(self.results, f"{self.results}/{folder}", 1)


def stage_patterns() -> list[tuple[str, str]]:
    """(rule, pattern of its artifact below the results folder) of every stage."""
    paths = Paths("results")
    return [(each.name, getattr(paths, each.artifact).removeprefix("results/")) for each in STAGES]
