"""The specs of a trained method, as its bundle holds them, and which parts follow from them."""

from pydantic import Field, ValidationError

from bleedmap.config.base import Spec
from bleedmap.config.brain import AnyBrain
from bleedmap.config.classifiers import AnyClassifier, ClassifierSpec
from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.config.masks import AnyMask, SubtypesSpec
from bleedmap.config.names import Name
from bleedmap.config.saliency import AnySaliency
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.slices import SliceSpec
from bleedmap.constants import CLASSES, SUBTYPES
from bleedmap.errors import BundleError, ConfigError
from bleedmap.volumes.intensity import ScannerIntensity

SETTINGS = "settings.json"
CLASSIFIER, OPERATING_POINT = "classifier.safetensors", "operating_point.json"
SEGMENTER, TUNED = "segmenter.safetensors", "tuned.json"
STATISTICS, CALIBRATION = "statistics.json", "calibration.json"
CARD, TRAINING, SCORES = "README.md", "training.json", "scores.csv"
ABOUT = frozenset({CARD, TRAINING, SCORES, STATISTICS, CALIBRATION})  # a bundle predicts without them


class BundleSettings(Spec):
    """What a method does to a scan, beside its networks.

    A row without a segmenter has a ``mask``, one with a segmenter has that alone; a classifier is there in both where
    the row has one.
    """

    method: Name = Field(description="name of the row")
    modality: ScannerIntensity = Field("hu", description="scans that it takes, as those that it was scored on")
    folds: tuple[int, ...] = Field(min_length=1, description="folds whose networks it holds; several vote")
    scan_mb: int = Field(ge=100, description="memory, MB, that one scan may take")
    brain: AnyBrain
    slices: SliceSpec
    classifier: AnyClassifier | None
    saliency: AnySaliency | None
    mask: AnyMask | None
    segmenter: AnySegmenter | None
    enhancement: AnyEnhancement | None
    searched: tuple[str, ...] = Field((), description="keys of mask or segmenter whose values were chosen by fold")

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of labels 1, 2, ..."""
        if self.segmenter is not None:
            return SUBTYPES if len(self.segmenter.classes) > 1 else CLASSES[:1]
        return SUBTYPES if self.mask is not None and self.mask.TELLS_SUBTYPES else CLASSES[:1]

    def needed(self) -> set[str]:
        """Parts without which it cannot predict."""
        names = [CLASSIFIER, OPERATING_POINT] if self.classifier else []
        names += [SEGMENTER] if self.segmenter else []
        names += [TUNED] if self.searched else []
        return {SETTINGS} | {part(fold, name) for fold in self.folds for name in names}

    def allowed(self) -> set[str]:
        """All parts that it may have."""
        return self.needed() | ABOUT


def part(fold: int, name: str) -> str:
    """Name of a part that belongs to one fold."""
    return f"fold-{fold}/{name}"


def plain_classifier(spec: ClassifierSpec) -> ClassifierSpec:
    """A classifier's spec without where its first weights and its training data came from, a path perhaps."""
    return spec.model_copy(update={"learns": None, "pretrained": False, "init_from": None})


def read_settings(data: bytes) -> BundleSettings:
    """Settings from a bundle.

    Raises:
        BundleError: ``bundle-settings``: they are of another version, or none.
    """
    try:
        return BundleSettings.model_validate_json(data)
    except ValidationError as error:
        key = ".".join(str(each) for each in error.errors()[0]["loc"][:3])
        found = f"settings that this version of bleedmap does not know ({key})"
        raise misfit(found) from None


def misfit(found: str) -> BundleError:
    """The fault of settings or values that this version cannot take."""
    return BundleError(
        "bundle-settings", found, "settings of a known method", "use the version of bleedmap that made the bundle"
    )


def require_portable(settings: BundleSettings) -> None:
    """Refuse what would run a program or read a folder of whoever made a bundle.

    Raises:
        BundleError: ``bundle-brain``.
    """
    if settings.brain.method in ("external", "precomputed"):
        raise BundleError(
            "bundle-brain",
            found=f"brain masks of method {settings.brain.method}, which lies outside of the bundle",
            expected="a method of bleedmap's own",
            remedy="choose another brain.method, run again, and make the bundle then",
        )


def require_unlabelled(settings: BundleSettings) -> None:
    """Refuse a row that needs labels of the scan that it is applied to.

    Raises:
        ConfigError: ``needs-labels``.
    """
    if isinstance(settings.mask, SubtypesSpec) and settings.mask.told_by == "labels":
        raise ConfigError(
            "needs-labels",
            found="a mask method that is told the classes of a slice by its true labels",
            expected="a row that needs no labels of a new scan",
            remedy="name another row, or set told_by: classifier",
        )
