"""Every member of a family of components, from the union in its config: a new one is tested without being named."""

import typing


def members(union):
    """Specs of a tagged union with the values that they have by themselves.

    Args:
        union: such as ``AnySaliency``; a member whose keys have no defaults needs an example of its own here.
    """
    inner = typing.get_args(union)[0] if typing.get_origin(union) is typing.Annotated else union
    kinds = typing.get_args(inner) or (inner,)
    return [kind() for kind in kinds]


def names(specs):
    """Test ids."""
    return [spec.method for spec in specs]
