"""Training: one engine for every network.

- ``folds``: subjects dealt out to parts; ``roles``: which part trains, validates and tests in a fold;
- ``engine``: epochs, early stopping, best weights, history;
- ``schedule``: learning rate over the steps.
"""
