"""DICOM: from files in any order to volumes in the patient's space, or a named reason why there is none.

- ``study``: every volume among some files; ``series``: one of them; ``groups``: which slices belong together;
- ``file``: slices of one file; ``header``: its elements; ``from_header``: what they say of one ``slice``;
- ``inflate``: deflated files; ``claims``: what compressed pixels say of their size;
- ``pixels``: decoding; ``rescale``: stored values into HU;
- ``flags``: what a person should look at; ``refusals``: why files are no scan.
"""
