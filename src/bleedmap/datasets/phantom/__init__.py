"""The embedded data set: simulated heads, written by the workflow as DICOM.

- ``listing``: which subjects there are; ``writing``: a shard of them; ``reading``: what was written, as a folder.
"""
