"""Runs beside the server, as its parent, and stops it when its last user is gone, even if all of them were killed.

A program of its own, started by path with nothing but the standard library:
``python keeper.py USERS_LOCK LOCK_DESCRIPTOR [UID,GID] COMMAND...``. It ends when the server ends. Were the keeper
itself killed, the next user to leave would still stop the server.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO


def main(users_lock: str, descriptor: str, account: str, *command: str) -> int:
    """Run the server until it ends or nobody uses it; its exit status."""
    if os.fork():
        os._exit(0)  # the caller waits for this process only; what goes on is nobody's child
    uid, gid = (int(number) for number in account.split(",")) if account else (None, None)
    with Path(users_lock).open("r+b") as users:
        server = subprocess.Popen(
            command, pass_fds=(int(descriptor),), user=uid, group=gid, extra_groups=None if uid is None else []
        )
        os.close(int(descriptor))  # from here on the lock is the server's alone
        threading.Thread(target=stop_when_unused, args=(server, users), daemon=True).start()
        return server.wait()


def stop_when_unused(server: subprocess.Popen[bytes], users: IO[bytes]) -> None:
    """Wait until nobody shares the users' lock, then ask for a fast shutdown; the lock is kept until that is done."""
    fcntl.flock(users, fcntl.LOCK_EX)
    server.send_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
