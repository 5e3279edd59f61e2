"""Every member of the classifier family, small: a new head is found by its union, a new network is added here."""

from itertools import product

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import AnyHead
from bleedmap.config.small_resnet import SmallResnetSpec
from bleedmap.constants import CLASSES
from tests import small_swin
from tests.members import members

NETWORKS = {
    "backbone": {"backbone": "test_resnet", "stride": 8},
    "swin": {"backbone": small_swin.NAME, "swin": small_swin.SPEC.model_copy(update={"image": 32})},
    "unet": {"backbone": "test_resnet", "training": {"loss": "levels"}},
    "small_resnet": {"small_resnet": SmallResnetSpec(widths=(4, 6, 8))},
}
HEADS = {spec.pooling: spec for spec in members(AnyHead)}

MEMBERS = [
    ClassifierSpec(method=method, head=head, classes=classes, reach=reach, **NETWORKS[method])
    for method, head, classes, reach in product(NETWORKS, HEADS.values(), (("any",), CLASSES), (0, 1))
    if method != "unet" or head.pooling == "lse"  # whose heads are those of any other network, four times over
]


def name(spec: ClassifierSpec) -> str:
    """For the list of tests."""
    return f"{spec.method}-{spec.head.pooling}-{len(spec.classes)}-reach{spec.reach}"
