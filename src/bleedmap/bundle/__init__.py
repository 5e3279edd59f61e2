"""A trained method in one folder or zip, every part named by digest: all that a prediction needs, and no config.

- ``settings``: the specs of a method, and which parts follow from them;
- ``manifest``: the list of parts with their digests, and whether what is there is what was written;
- ``store``: a bundle from and to a folder or a zip;
- ``seen``: what scans go through before a network sees them;
- ``row``: the networks and values of a row of a finished run, if they belong together;
- ``about_spec``: what the plan knows of its making; ``about``: what was learnt from and how it scored;
- ``card``: the same as a page for people; ``familiar_card``: its sections on odd scans and on how sure the method is;
- ``make``: all parts of a bundle; ``measured``: what was measured of it since, in its card;
- ``packaged``: where the bundle that comes with the package lies;
- ``to_onnx``: its networks for other programs.
"""
