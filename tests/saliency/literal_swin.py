"""Swin transformer, SAM and HGI-SAM written out from the papers' equations, window by window and head by head.

Liu 2021 for the network, Rasoulian 2023 (equations 1 and 2, section 3.2.1) for the maps. Slow; shares nothing with the
package but the layers of the network that it is asked about.
"""

import numpy as np
import torch


def run(network, image):
    """Logits of one (C, H, W) image, and for each stage and block the attention by window and head with its place.

    A block is a dict with ``weights`` and ``scores`` by (window, head), ``places`` by window (a token's row and column
    in the grid, None for padding) and ``grid``.
    """
    tokens = network.patch_embed(image[None])[0]
    stages = []
    for stage in network.layers:
        tokens = stage.downsample(tokens[None])[0]
        blocks = []
        for block in stage.blocks:
            tokens, record = _block(block, tokens)
            blocks.append(record)
        stages.append(blocks)
    pooled = network.norm(tokens).mean(dim=(0, 1))
    return network.head.fc(pooled), stages


def _block(block, tokens):
    rows, columns, _ = tokens.shape
    record = {"weights": {}, "scores": {}, "places": [], "grid": (rows, columns)}
    normed = block.norm1(tokens)
    attended = [[None] * columns for _ in range(rows)]
    for number, (places, regions) in enumerate(_windows(block, rows, columns)):
        inside = torch.stack([normed[place] if place else torch.zeros_like(normed[0, 0]) for place in places])
        record["places"].append(places)
        for place, value in zip(places, _attend(block.attn, inside, regions, record, number), strict=True):
            if place:
                attended[place[0]][place[1]] = value
    tokens = tokens + torch.stack([torch.stack(row) for row in attended])
    return tokens + block.mlp(block.norm2(tokens)), record


def _windows(block, rows, columns):
    """Each window: the place of every token (None: padding), and the region in which it may attend."""
    (height, width), (down, right) = block.window_size, block.shift_size
    all_rows, all_columns = -(-rows // height) * height, -(-columns // width) * width

    def region(index, length, window, shift):
        if not shift:
            return 0
        return 0 if index < length - window else 1 if index < length - shift else 2

    for top in range(0, all_rows, height):
        for left in range(0, all_columns, width):
            places, regions = [], []
            for r in range(top, top + height):
                for c in range(left, left + width):
                    is_token = r < rows and c < columns
                    places.append(((r + down) % rows, (c + right) % columns) if is_token else None)
                    regions.append((region(r, all_rows, height, down), region(c, all_columns, width, right)))
            yield places, regions


def _attend(attention, inside, regions, record, number):
    """Equation 1, head by head; queries see keys of their own region alone."""
    count, channels = inside.shape
    heads, (height, width) = attention.num_heads, attention.window_size
    size = channels // heads
    query, key, value = attention.qkv(inside).split(channels, dim=1)
    apart = torch.tensor([[-100.0 if one != other else 0.0 for other in regions] for one in regions])
    at = [(index // width, index % width) for index in range(count)]
    bias_of = torch.tensor([[(a - c + height - 1) * (2 * width - 1) + b - d + width - 1 for c, d in at] for a, b in at])
    out = []
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        bias = attention.relative_position_bias_table[:, head][bias_of]
        scores = query[:, part] @ key[:, part].T / size**0.5 + bias + apart.to(bias.dtype)
        weights = scores.softmax(dim=1)
        record["scores"][number, head], record["weights"][number, head] = scores, weights
        out.append(weights @ value[:, part])
    return attention.proj(torch.cat(out, dim=1))


def gradients(score, stages, grad_at):
    """The same stages with ``gradients`` by (window, head)."""
    for block in (block for stage in stages for block in stage):
        keys = list(block[grad_at])
        found = torch.autograd.grad(score, [block[grad_at][key] for key in keys], retain_graph=True)
        block["gradients"] = dict(zip(keys, found, strict=True))


def block_map(block, norm_scope=None, roll=(0, 0)):
    """W_i of equation 2 (without ``norm_scope``: plain mean of heads), mean over queries, at its place in the grid."""
    heads = 1 + max(head for _, head in block["weights"])
    result = np.zeros(block["grid"])
    for number, places in enumerate(block["places"]):
        total = 0
        for head in range(heads):
            weights = block["weights"][number, head].detach().numpy()
            total = total + weights * _norm(block, number, head, norm_scope)
        queries = [index for index, place in enumerate(places) if place]
        received = (total / heads)[queries].mean(axis=0)
        for place, value in zip(places, received, strict=True):
            if place:
                result[place] = value
    return np.roll(result, roll, axis=(0, 1))


def _norm(block, number, head, scope):
    if scope is None:
        return 1.0
    numbers = range(len(block["places"])) if scope == "block" else [number]
    return np.sqrt(sum(float((block["gradients"][each, head] ** 2).sum()) for each in numbers))


def fused(network, stages, size, norm_scope=None, roll_unshifted=False):
    """L of equation 2 for each stage, stretched and interpolated, and their product; (H, W)."""
    product = np.ones(size)
    for level, (blocks, layer) in enumerate(zip(stages, network.layers, strict=False)):
        maps = []
        for number, block in enumerate(blocks):
            is_moved = roll_unshifted and number % 2 and not any(layer.blocks[number].shift_size)
            roll = tuple(side // 2 for side in layer.blocks[number].window_size) if is_moved else (0, 0)
            maps.append(block_map(block, norm_scope, roll))
        pairs = [maps[2 * j] * maps[2 * j + 1] for j in range(len(maps) // 2)]
        layer_map = sum(pairs) / len(pairs)
        layer_map = (layer_map - layer_map.min()) / (layer_map.max() - layer_map.min())
        rows, columns = (
            _interpolation(count, 4 * 2**level, length) for count, length in zip(layer_map.shape, size, strict=True)
        )
        product = product * (rows @ layer_map @ columns.T)
    return (product - product.min()) / (product.max() - product.min())


def _interpolation(count, cell, length):
    """(length, count) linear weights between the centres of cells, for the centres of pixels."""
    at = np.clip((np.arange(length) + 0.5) / cell - 0.5, 0, count - 1)
    low = np.minimum(np.floor(at).astype(int), max(0, count - 2))
    weights = np.zeros((length, count))
    weights[np.arange(length), low] = 1 - (at - low)
    if count > 1:
        weights[np.arange(length), low + 1] += at - low
    return weights
