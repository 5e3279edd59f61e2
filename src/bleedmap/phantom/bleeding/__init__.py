"""Who bleeds, where and how densely.

- ``bleeds``: which subject bleeds of what; ``planning``: from a subtype to a place, by ``parenchyma``, ``csf_bleeds``
  and ``extraaxial``; ``infarct``: what the MR variant shows instead;
- ``blood``: how dense it is.
"""
