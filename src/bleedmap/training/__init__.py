"""Training: one engine for every network.

- ``engine``: epochs, early stopping, best weights, history;
- ``learner``: the network, its optimiser and number format on its devices; ``schedule``: learning rate over the steps;
- ``metrics``: what is told after each epoch; ``collapse``: what is refused as untrained;
- ``processes``: several processes that share a training, begun, watched and ended; ``together``: what they do together;
  ``batch_norm``: statistics of the whole batch;
- ``resume``: a training that was cut short goes on; ``progress``: lines for the person who watches;
- ``outputs``, ``curves``: what a training leaves on disk.
"""
