"""The demo's segmenter, as its config has it."""

from pathlib import Path

import yaml

from bleedmap.config.load import load_config
from bleedmap.config.segmenters import AnySegmenter

DEMO = Path(__file__).parents[2] / "config" / "config.yaml"


def demo_unet() -> AnySegmenter:
    """The 3D U-Net of the demo."""
    return load_config(yaml.safe_load(DEMO.read_text(encoding="utf-8"))).segmenters["unet3d"]
