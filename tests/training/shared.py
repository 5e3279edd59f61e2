"""Work that several processes share, to be begun in a process of its own with all imports done."""

import errno
import json
import os

import torch
from timm.layers import BatchNormAct2d
from torch import nn

from bleedmap.classifiers import backbone  # noqa: F401  before the fork
from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec, LstmContext
from bleedmap.config.segmenters import SegmenterTraining, UNet2dSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.console import with_plain_errors
from bleedmap.errors import TrainingError
from bleedmap.losses.whole_batch import whole
from bleedmap.segmenters.train import train_segmenter
from bleedmap.splits.roles import read_roles
from bleedmap.training import together
from bleedmap.training.batch_norm import share_statistics
from bleedmap.training.metrics import Dice
from bleedmap.training.processes import in_processes, only_the_first_process_goes_on

# Adam makes whole steps of what rounding leaves of a gradient of zero, as that of a bias before batch normalisation
SLICES = TrainingSpec(epochs=2, batch=4, optimizer="sgd", learning_rate=0.05)
CLASSIFIER = ClassifierSpec(backbone="test_resnet", stride=8, training=SLICES)
CONTEXT = LstmContext(hidden=8, sequence=3, training=SLICES.model_copy(update={"batch": 6}), refit=SLICES)
PATCHES = SegmenterTraining(epochs=2, batch=6, optimizer="sgd", learning_rate=0.05, workers=1)
SPECS = {
    "classifier": CLASSIFIER,
    "classifier with context": CLASSIFIER.model_copy(update={"context": CONTEXT}),
    "segmenter with batch norm": UNet2dSpec(channels=(4, 8), norm="batch", training=PATCHES),
    # the last batch of an epoch has one patch
    "segmenter": UNet2dSpec(channels=(4, 8), training=PATCHES.model_copy(update={"batch": 7})),
}


def begin(work, processes, log, *arguments):
    """Do some work in several processes, as a program with a log does it."""
    file = log.open("w", buffering=1)
    os.dup2(file.fileno(), 2)
    torch.set_num_threads(1)
    with_plain_errors(lambda: in_processes(lambda: work(*arguments), processes))


def train(name, slices, masks, split, out):
    """Train and write the history; of a classifier its operating points too."""
    spec, roles = SPECS[name], read_roles(split, 0)
    if isinstance(spec, ClassifierSpec):
        trained, points = train_classifier(spec, [slices], roles, seed=1, threads=1, sequence=out / "sequence")
        points.write(out / "points.json")
    else:
        trained = train_segmenter(spec, [slices], [masks], roles, seed=1, threads=1)
    trained.history.to_csv(out / "history.csv", index=False)


LAYERS = {
    "1d": (lambda: nn.BatchNorm1d(3), (5, 3)),
    "2d": (lambda: nn.BatchNorm2d(3, affine=False), (5, 3, 4, 4)),
    "3d": (lambda: nn.BatchNorm3d(3, momentum=0.3), (5, 3, 2, 4, 4)),
    "with activation": (lambda: BatchNormAct2d(3, act_layer=nn.SiLU), (5, 3, 4, 4)),
}


def norm(name, part=slice(None), shared=lambda layer: None):
    """Outputs of a layer, gradients of its inputs and weights, running statistics, and outputs in evaluation."""
    make, shape = LAYERS[name]
    generator = torch.Generator().manual_seed(2)
    every, factors = (torch.randn(shape, generator=generator) * 5 + 3 for _ in range(2))
    layer, inputs = make(), every[part].clone().requires_grad_()
    shared(layer)
    outputs = layer(inputs)
    (value,) = whole((outputs.square() * factors[part]).sum())
    value.backward()
    if layer.affine:
        together.add_up(weight.grad for weight in layer.parameters())
    weights = {f"gradient of {key}": weight.grad for key, weight in layer.named_parameters()}
    outputs_then = layer.eval()(every)
    kept = {"then": outputs_then.detach(), **weights, **layer.state_dict()}
    return {"outputs": outputs.detach(), "gradient": inputs.grad}, kept


def norms(folder):
    """What each process finds of every layer."""
    part = slice(together.rank(), None, together.count())
    torch.save({name: norm(name, part, share_statistics) for name in LAYERS}, folder / f"{together.rank()}.pt")


def fail(how):
    """One process fails while the others wait for it."""
    if together.rank() == 1:
        if how == "full disk":
            raise OSError(errno.ENOSPC, "no room")
        if how == "sentence":
            raise TrainingError("code", found="a fault", expected="none", remedy="mend it")
        if how == "signal":
            os.kill(os.getpid(), 9)
        raise ValueError("a fault of the program")
    together.wait()


def strange_norm():
    """A network whose batch normalisation nobody knows."""

    class Strange(nn.BatchNorm2d):
        pass

    share_statistics(nn.Sequential(Strange(3)))


def scores():
    """Logits of three samples."""
    return torch.randn((3, 1, 8, 8), generator=torch.Generator().manual_seed(3))


def dice(path):
    """Metric of outputs of which each process has some."""
    metric, part = Dice(), slice(together.rank(), None, together.count())
    metric.add(scores()[part], {"masks": (scores()[part] > 0.5).to(torch.uint8)})
    metric.join(together.from_all(metric.collected()))
    only_the_first_process_goes_on()
    assert together.count() == 1
    path.write_text(json.dumps(metric.values()))
