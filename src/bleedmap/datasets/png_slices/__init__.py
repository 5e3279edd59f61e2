"""Single slices as pictures, with a label table and perhaps groups and masks.

- ``listing``: which pictures there are; ``reading``: one of them.
"""
