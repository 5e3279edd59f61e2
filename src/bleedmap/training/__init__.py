"""Training: one engine for every network.

- ``folds``: which subjects train, validate and test;
- ``engine``: epochs, early stopping, best weights, history;
- ``schedule``: learning rate over the steps.
"""
