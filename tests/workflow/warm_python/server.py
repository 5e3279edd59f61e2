"""Libraries loaded once, jobs forked from it: most of a tiny job's time would go to the import of torch.

Nothing of the project is loaded here, for every checkout has its own. ``python.py`` is the other end.
"""

import atexit
import contextlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
from importlib import import_module
from pathlib import Path

LIBRARIES = ("pandas", "pydantic", "scipy.ndimage", "SimpleITK", "timm", "torch", "torchmetrics", "zarr", "nibabel")


def serve(place: str) -> None:
    """Fork a job for every caller at a socket, until this process is ended."""
    with contextlib.suppress(ImportError):
        for library in LIBRARIES:
            import_module(library)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(place)
        listener.listen()
        while True:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _run(caller)
            caller.close()


def _run(caller: socket.socket) -> None:
    """Be the job that the caller asks for, and tell its exit status; end with the caller if it ends first."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, descriptors, _, _ = socket.recv_fds(caller, 1 << 20, 3)
    wanted = json.loads(message)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    places = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    own = Path(__file__).parent
    sys.path[:] = [wanted["folder"], *places, *(part for part in sys.path if Path(part) != own)]
    sys.argv = wanted["arguments"]
    threading.Thread(target=lambda: caller.recv(1) or os._exit(128 + signal.SIGTERM), daemon=True).start()
    status = 0
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the job has ended, whatever ended it
        sys.excepthook(*sys.exc_info())
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    caller.send(bytes([status]))
    os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1])
