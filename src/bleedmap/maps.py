"""Saliency methods for a plain network and a tensor of images, without a config or a workflow.

Example:
    >>> import timm, torch
    >>> from bleedmap.maps import cam
    >>> model = timm.create_model("test_resnet", pretrained=False, num_classes=2)
    >>> images = torch.rand(4, 3, 64, 64)
    >>> maps = cam(model, images, target=1)
    >>> maps.shape, maps.dtype, bool(maps.min() >= 0), bool(maps.max() <= 1)
    (torch.Size([4, 64, 64]), torch.float32, True, True)

Importing this module loads no deep-learning library; the first call does.
"""

from typing import TYPE_CHECKING

from bleedmap.errors import BleedmapError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from bleedmap.config.saliency import AnySaliency

__all__ = ["cam"]


def cam(model: "nn.Module", images: "Tensor", target: int) -> "Tensor":
    """Class activation map (Zhou 2016): which parts of an image speak for a class.

    Args:
        model: a timm network with one linear classifier after global average pooling (ResNet, DenseNet, EfficientNet
            and many more). It is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        target: index of the class.

    Returns:
        (B, H, W) float32 in [0, 1], each map stretched to its own minimum and maximum; zero where nothing speaks for
        the class.

    Raises:
        BleedmapError: the network has another kind of head, there is no such class, or the images have another shape.
    """
    from bleedmap.config.saliency import CamSpec  # noqa: PLC0415  see the module's docstring

    return _explain(CamSpec(), model, images, target)


def _explain(spec: "AnySaliency", model: "nn.Module", images: "Tensor", target: int) -> "Tensor":
    import torch  # noqa: PLC0415

    from bleedmap.saliency import explain  # noqa: PLC0415
    from bleedmap.saliency.plain_network import PlainNetwork, evaluating  # noqa: PLC0415
    from bleedmap.saliency.stretch import stretch  # noqa: PLC0415

    if images.ndim != 4 or not images.is_floating_point():
        raise BleedmapError(
            "bad-images",
            found=f"a tensor of shape {tuple(images.shape)} and {images.dtype}",
            expected="(B, C, H, W) floating point",
            remedy="scale the images as the network was trained, and give a single one as images[None]",
        )
    network = PlainNetwork(model)
    if not 0 <= target < len(network.classes):
        raise BleedmapError(
            "unknown-target",
            found=f"target {target}",
            expected=f"a class index from 0 to {len(network.classes) - 1}",
            remedy="count the classes of the network from 0",
        )
    with evaluating(model), torch.no_grad():
        raw = explain(spec, network, images, target)
        return stretch(raw).maps.float()
