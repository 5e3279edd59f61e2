"""What the methods that start from the skull share.

- ``work_grid``: pixels of about a millimetre and the way back; ``enclosed``: regions that bone encloses; ``field``:
  fields of view that cut the head;
- ``stripped``: heads without a skull;
- ``picture_scale``: what greys and pixels of pictures mean; ``picture_inside``: the inside of a head in a picture;
  ``bites``: blood in pictures that is as white as the skull.
"""
