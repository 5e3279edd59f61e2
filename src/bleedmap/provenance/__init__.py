"""How an artifact says what made it: code digests, byte-deterministic files, atomic writes.

- ``atomic``: a file appears whole or not at all;
- ``digest``: sha256 over a script and the package modules it imports;
- ``archive``: zip files without clock or path, one member a scan;
- ``manifest``: the JSON beside each model.
"""
