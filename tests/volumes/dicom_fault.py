"""How a fault of DICOM scans is written down: a folder made by code, and what ingestion should say of it."""

from collections import namedtuple

from .conftest import head_hu

HU = head_hu(8)

# makes the folder; what the table of refused inputs tells; flags of the scan that is kept, None where none is
Fault = namedtuple("Fault", "write codes flags")
FAULTS = {}


def fault(*codes, flags=None):
    def register(write):
        kept = None if flags is None else frozenset(flags)
        FAULTS[write.__name__] = Fault(write, frozenset(codes), kept)
        return write

    return register
