"""Brain masks, one method a file, named as ``method`` in the config.

- ``skull_interior``: what the skull encloses; no template, no network.
- ``muschelli``: soft tissue around a seed in the skull, thin bridges cut.
- ``convex_hull``: the convex hull of the brightest pixels, without them.
- ``mr_brain``: what the dark skull of an MR encloses.
- ``precomputed``: a folder of masks.
- ``external``: a command of the user's own.

Each of them has ``brain_mask(spec, volume, name) -> mask``, (slices, rows, columns) uint8. Beside them: ``mask`` calls
the one that a config names; ``gates``: what a person should look at in a mask; ``stamp``: which masks somebody else
made, without opening one; ``guard``: ends a command with its job; ``skull``: what methods share.
"""
