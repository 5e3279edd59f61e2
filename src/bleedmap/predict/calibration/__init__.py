"""How sure a method is, measured on validation subjects.

- ``temperature``: by how much logits are divided until probabilities are true; ``error``: how far they are from that;
- ``confidence``: of one scan, from its slices and their mirror images, and when it is uncertain;
- ``mirrored``: what a classifier says of mirrored validation slices; ``calibrate``: all of it from the tables of a run;
- ``certainty``: what is told of one scan.
"""
