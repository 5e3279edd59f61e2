"""What the methods that start from the skull share.

- ``work_grid``: pixels of about a millimetre and the way back; ``enclosed``: regions that bone encloses;
- ``stripped``: heads without a skull; ``picture_scale``: pixel size and bone level of pictures; ``bites``: blood in
  pictures that is as white as the skull.
"""
