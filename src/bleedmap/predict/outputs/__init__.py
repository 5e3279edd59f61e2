"""What is written of a scan.

- ``write``: all of it; ``prediction``: what ``prediction.json`` says.
"""

from bleedmap.predict.outputs.write import write_outputs

__all__ = ["write_outputs"]
