"""SAM and HGI-SAM against a literal reading of the equations, and what they must not depend on (spec 6.3)."""

import numpy as np
import pytest
import timm
import torch

from bleedmap.config.saliency import HgiSamSpec, SelfAttentionSpec
from bleedmap.errors import BleedmapError
from bleedmap.saliency import explain
from bleedmap.saliency.plain_network import PlainLogits
from bleedmap.saliency.stretch import stretch
from bleedmap.saliency.swin import fuse, watch
from tests.saliency import literal_swin
from tests.small_swin import plain_swin

SQUARE, ODD = (64, 64), (52, 36)  # of the odd one, windows are filled up in every stage and merging pads


def images_of(size, count=2):
    return torch.rand((count, 3, *size), generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def explained(spec, network, images, target=1):
    return stretch(explain(spec, PlainLogits(network, target), images, 0)).maps


def literal(network, image, stages, grad_at=None, norm_scope=None, **how):
    logits, blocks = literal_swin.run(network, image)
    if grad_at:
        literal_swin.gradients(logits[1], blocks[:stages], grad_at)
    return literal_swin.fused(network, blocks[:stages], image.shape[1:], norm_scope, **how)


@pytest.fixture(scope="module", params=[SQUARE, ODD], ids=["square", "odd"])
def size(request):
    return request.param


@pytest.fixture(scope="module")
def network(size):
    return plain_swin(size).double()


def test_the_literal_network_is_the_network(network, size):
    image = images_of(size)[0]
    with torch.no_grad():
        torch.testing.assert_close(literal_swin.run(network, image)[0], network(image[None])[0])


@pytest.mark.parametrize("roll_unshifted", [False, True])
def test_self_attention_is_what_the_equations_say(network, size, roll_unshifted):
    image = images_of(size)[0]
    found = explained(SelfAttentionSpec(roll_unshifted=roll_unshifted), network, image[None])[0]
    with torch.no_grad():
        expected = literal(network, image, 4, roll_unshifted=roll_unshifted)
    np.testing.assert_allclose(found.numpy(), expected, atol=2e-6)


@pytest.mark.parametrize("grad_at", ["weights", "scores"])
@pytest.mark.parametrize("norm_scope", ["window", "block"])
def test_hgi_sam_is_what_the_equations_say(network, size, grad_at, norm_scope):
    image = images_of(size)[0]
    found = explained(HgiSamSpec(grad_at=grad_at, norm_scope=norm_scope), network, image[None])[0]
    np.testing.assert_allclose(found.numpy(), literal(network, image, 3, grad_at, norm_scope), atol=2e-6)


FULL_SIZE = {  # the literal gradients of the larger ones take a minute: run once by hand, equal within 2e-7
    "swin_tiny_patch4_window7_224": (SelfAttentionSpec(), HgiSamSpec()),
    "swin_small_patch4_window7_224": (SelfAttentionSpec(),),
    "swin_base_patch4_window12_384": (SelfAttentionSpec(),),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL_SIZE)
def test_they_are_what_the_equations_say_on_a_swin_of_full_size(name):
    torch.manual_seed(2)
    network = timm.create_model(name, num_classes=2).eval().double()
    image = images_of(network.patch_embed.img_size)[0]
    for spec in FULL_SIZE[name]:
        how = {"grad_at": "weights", "norm_scope": "window"} if isinstance(spec, HgiSamSpec) else {}
        found = explained(spec, network, image[None])[0].detach().numpy()
        np.testing.assert_allclose(found, literal(network, image, spec.stages, **how), atol=2e-6)


def asked(network, images, grad_at="weights"):
    """The attention of a network in double precision, with gradients of the second logit."""
    with watch.watch(network, 3, grad_at) as attention:
        for weight in network.parameters():
            weight.requires_grad_(False)
        attention.ask(network(images)[:, 1].sum(), again=False)
    return attention


def test_heads_of_equal_weight_make_hgi_sam_a_self_attention_map():
    attention = asked(plain_swin(SQUARE).double(), images_of(SQUARE))
    alike = fuse.fuse(attention, lambda block: block.as_map(torch.full_like(block.squares, 7.0)), SQUARE)
    torch.testing.assert_close(alike, fuse.fuse(attention, lambda block: block.as_map(None), SQUARE))


def test_every_token_goes_back_to_its_own_place():
    # of the weights of a block, those of one key are set to 1: its map is 1 at the token that key stands for, else 0
    network = plain_swin(ODD).double()
    attention = asked(network, images_of(ODD, 1))
    for block in (each for stage in attention.stages for each in stage):
        rows, columns = block.grid
        (height, width), (down, right) = block.window, block.block.shift_size
        for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)):
            at = ((row - down) % rows, (column - right) % columns)
            number = at[0] // height * -(-columns // width) + at[1] // width
            block.received = torch.zeros_like(block.received)
            block.received[0, number, :, at[0] % height * width + at[1] % width] = 1
            expected = torch.zeros((1, rows, columns), dtype=torch.float64)
            expected[0, row, column] = 1
            assert torch.equal(block.as_map(None), expected)


def test_the_gradient_at_scores_is_that_at_weights_through_the_jacobian_of_softmax():
    image = images_of(SQUARE)[0]
    network = plain_swin(SQUARE).double()
    logits, stages = literal_swin.run(network, image)
    literal_swin.gradients(logits[1], stages[:3], "weights")
    attention = asked(network, image[None], "scores")
    for stage, blocks in zip(attention.stages, stages[:3], strict=True):
        for found, block in zip(stage, blocks, strict=True):
            for (window, head), gradient in block["gradients"].items():
                weights = block["weights"][window, head].detach()
                through = weights * (gradient - (weights * gradient).sum(dim=1, keepdim=True))
                torch.testing.assert_close(found.squares[0, window, head], (through**2).sum())


@pytest.mark.parametrize("grad_at", ["weights", "scores"])
def test_a_logit_on_another_scale_has_the_same_map(grad_at):
    network, images = plain_swin(SQUARE), images_of(SQUARE).float()
    before = explained(HgiSamSpec(grad_at=grad_at), network, images)
    with torch.no_grad():
        network.head.fc.weight.mul_(300)
    torch.testing.assert_close(explained(HgiSamSpec(grad_at=grad_at), network, images), before, rtol=1e-3, atol=1e-5)


def test_classes_have_maps_of_their_own_and_self_attention_knows_none():
    network, images = plain_swin(SQUARE), images_of(SQUARE).float()
    one, other = (explained(HgiSamSpec(), network, images, target) for target in (0, 2))
    assert (one - other).abs().max() > 0.01
    one, other = (explained(SelfAttentionSpec(), network, images, target) for target in (0, 2))
    assert torch.equal(one, other)


@pytest.mark.parametrize("spec", [SelfAttentionSpec(), HgiSamSpec(), HgiSamSpec(grad_at="scores")])
def test_maps_are_made_in_single_precision_whatever_surrounds_them(spec):
    network, images = plain_swin(SQUARE), images_of(SQUARE).float()
    alone = explained(spec, network, images)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(explained(spec, network, images), alone)
    with torch.inference_mode():
        assert torch.equal(explained(spec, network, images), alone)


def test_blocks_that_are_fused_or_run_again_in_training_are_explained_alike_and_stay_so():
    network, images = plain_swin(SQUARE), images_of(SQUARE).float()
    plain = explained(HgiSamSpec(), network, images)
    network.set_grad_checkpointing(True)
    for stage in network.layers:
        for block in stage.blocks:
            block.attn.fused_attn = True
    torch.testing.assert_close(explained(HgiSamSpec(), network, images), plain, rtol=1e-3, atol=1e-5)
    assert all(stage.grad_checkpointing and block.attn.fused_attn for stage in network.layers for block in stage.blocks)


def test_a_stage_of_one_token_is_refused_for_it_would_make_every_map_zero():
    network = plain_swin(32)
    with pytest.raises(BleedmapError, match="one-token"):
        explained(SelfAttentionSpec(), network, torch.rand((1, 3, 32, 32)))
    assert explained(SelfAttentionSpec(stages=3), network, torch.rand((1, 3, 32, 32))).any()


def test_more_stages_than_there_are_are_refused():
    network = plain_swin(depths=(2, 2), num_heads=(1, 2))
    with pytest.raises(BleedmapError, match="few-stages"):
        explained(HgiSamSpec(), network, images_of(SQUARE).float())
