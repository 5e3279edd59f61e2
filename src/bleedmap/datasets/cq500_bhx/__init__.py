"""CQ500 with the boxes of BHX: 491 scans, three readers' votes each.

- ``layout``: where series lie and which are read; ``votes`` of the readers, their ``majority``;
- ``frames``: what readers framed, on a file's pixels; ``boxes``: the same on the voxels of a volume;
- ``listing``: which scans there are; ``reading``: one of them; ``check``: a copy held against its tables.
"""
