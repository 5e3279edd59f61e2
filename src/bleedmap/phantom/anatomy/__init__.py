"""The head of a subject: MNI152 anatomy bent, and what surrounds the brain.

- ``atlas``: MNI152 tissue maps; ``head`` bends them into one head; ``relief``: ridges of its skull;
- ``brain`` turns tissue into HU; ``mass_effect`` pushes it; ``dura``: folds and vessels;
- ``surroundings``: ``skull`` with its ``sutures``, ``base``, ``face``;
- ``calcifications`` and ``confounders``: what looks like blood.
"""
