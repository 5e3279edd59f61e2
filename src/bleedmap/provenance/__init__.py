"""How an artifact says what made it: code digests, byte-deterministic files, atomic writes.

- ``digest``: sha256 over a script and the package modules it imports; ``source_file``: what it needs to know of a
  Python file; ``source_cache``: remembers that from one process to the next;
- ``atomic``: a file appears whole or not at all;
- ``archive``: zip files without clock or path, one member a scan;
- ``tables``: CSV files with the same bytes for the same content;
- ``files``: digest of a file;
- ``manifest``: the JSON beside each model; ``network_file``: the model.
"""
