"""What the attention of a Swin transformer tells: shared by ``self_attention`` and ``hgi_sam`` (spec 1.5).

- ``watch``: the attention of every block, and its gradients, in one forward and backward pass;
- ``block``: that of one block, as a map;
- ``fuse``: the maps of blocks and stages as one; ``patches``: where tokens lie in the image.
"""
