"""Kaggle's "Head CT - hemorrhage": 200 slices as pictures.

- ``listing``: where its pictures and tables lie; ``reading``: one picture; ``check``: a copy held against itself.
"""
