"""Slices as pictures, of the phantom and of patients.

- ``frame``: the square around the head; ``phantom_slices``: slices of a cohort, made once;
- ``clear``: which of them to learn from; ``exported``: phantom slices as somebody might have exported them;
- ``real_slices``: the real pictures; ``misses``: those that were got most wrong.
"""
