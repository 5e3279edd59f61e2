"""Every member of the classifier family, small: a new network, head or choice is added here and is under contract."""

from itertools import product

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import GapHead, LseHead
from bleedmap.constants import CLASSES

NETWORKS = {"backbone": {"backbone": "test_resnet", "stride": 8}}
HEADS = {"gap": GapHead(), "lse": LseHead()}

MEMBERS = [
    ClassifierSpec(method=method, head=head, classes=classes, reach=reach, **NETWORKS[method])
    for method, head, classes, reach in product(NETWORKS, HEADS.values(), (("any",), CLASSES), (0, 1))
]


def name(spec: ClassifierSpec) -> str:
    """For the list of tests."""
    return f"{spec.method}-{spec.head.pooling}-{len(spec.classes)}-reach{spec.reach}"
