"""``python.py SOCKET -m MODULE ...``: asks the server for that module as a job, and ends as the job ends."""

import json
import os
import socket
import sys
from pathlib import Path


def main() -> int:
    """Hand over the command, the folder, the environment and the three streams."""
    wanted = {"arguments": sys.argv[3:], "folder": str(Path.cwd()), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(sys.argv[1])
        socket.send_fds(server, [json.dumps(wanted).encode()], [0, 1, 2])
        status = server.recv(1)
    return status[0] if status else 1


if __name__ == "__main__":
    sys.exit(main())
