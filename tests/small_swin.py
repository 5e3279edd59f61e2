"""Swin transformers small enough for tests, by themselves and as slice classifiers."""

import timm
import torch

from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.swin import SwinSpec

NAME = "swin_tiny_patch4_window7_224"
SHAPE = {"window_size": 4, "embed_dim": 12, "depths": (2, 2, 4, 2), "num_heads": (1, 2, 2, 4)}
SPEC = SwinSpec(image=64, window=4, embed_dim=12, depths=(2, 2, 2, 2), num_heads=(1, 2, 2, 4))


def plain_swin(size=64, classes=3, **change):
    """A Swin transformer of timm with random weights, larger than fresh ones so that heads and classes differ."""
    torch.manual_seed(5)
    network = timm.create_model(NAME, img_size=size, num_classes=classes, **{**SHAPE, **change}).eval()
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name.endswith(("qkv.weight", "relative_position_bias_table")):
                weight.mul_(8)
    return network


def swin_classifier(**change):
    """The same as a slice classifier of this project."""
    torch.manual_seed(5)
    return build_classifier(ClassifierSpec(method="swin", backbone=NAME, swin=SPEC, **change)).eval()
