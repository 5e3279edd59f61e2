"""DICOM: from files in any order to volumes in the patient's space, or a named reason why there is none.

- ``study``: every volume among some files; ``series``: one of them; ``groups``: which slices may belong together,
  ``stacks``: which do;
- ``file``: slices of one file; ``header``: its elements; ``from_header``: what they say of one ``slice``;
- ``inflate``: deflated files; ``claims``: what compressed pixels say of their size;
- ``element``: the pixels in a file; ``run_length``: the same in run-length code; ``pixels``: decoding;
- ``word``: bits of a pixel; ``rescale``: words into HU; ``padding``: what is no picture;
- ``flags``: what a person should look at; ``refusals``: why files are no scan.
"""
