"""A scan that a stage cannot go on with is refused by name, and the other scans of its shard go on."""

import sys
import traceback

from bleedmap.console import say
from bleedmap.errors import ScanError

SCAN_FAULTS = (ScanError, MemoryError, ArithmeticError, LookupError, ValueError)
"""What a scan can bring about; others, such as a full disk or a GPU without memory, concern every scan of a job."""

OUT_OF_MEMORY = "out-of-memory"
_NO_ROOM = "can't allocate memory"  # as torch says it, in a RuntimeError


REJECTED_COLUMNS = ("scan", "code", "found", "expected", "remedy")
"""Of every table of refused scans."""


def is_scan_fault(error: BaseException) -> bool:
    """Whether an error concerns the scan alone at which it was met."""
    return isinstance(error, SCAN_FAULTS) or (isinstance(error, RuntimeError) and _NO_ROOM in str(error))


def refused(name: str, stage: str, error: Exception) -> ScanError:
    """Why a scan is refused; the person who watches is told.

    Args:
        name: public name of the scan.
        stage: what was tried, a verb and its object, such as ``to resample it``.
        error: what was met.
    """
    fault = named_fault(stage, error)
    say(f"{name}: {fault}")
    return fault


def named_fault(stage: str, error: Exception) -> ScanError:
    """The same, and nobody is told yet: to be called where the error was met."""
    if isinstance(error, ScanError):
        return error
    if isinstance(error, MemoryError | RuntimeError):
        return ScanError(
            OUT_OF_MEMORY,
            found=f"a scan that needs more memory {stage} than there is",
            expected="room for one scan",
            remedy="give the job more memory, or lower scan_mb so that such scans are refused at once",
        )
    where = traceback.extract_tb(sys.exc_info()[2])[-1:]
    place = f", line {where[0].lineno} of {where[0].name}" if where else ""
    return ScanError(
        "stage-failed",
        found=f"a scan on which the program itself fails {stage} ({type(error).__name__}{place})",
        expected="a result or a reason for every scan",
        remedy="report it to the makers of this program; the scan takes no part meanwhile",
    )
