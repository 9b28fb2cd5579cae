"""Kernel locks on files: the kernel lets go of them when their holders end, even by ``kill -9``.

A lock belongs to an open file, not to a process: threads that open the file for themselves exclude each other, and
children that inherit the open file hold the lock together with their parent until the last of them closes it. Three
files tell all that processes need to know of each other:

``users.lock``
    Shared by everyone who uses the server; whoever gets it exclusively knows that nobody does.
``start.lock``
    Exclusive while someone makes or starts the server.
``server.lock``
    Exclusive by all processes of the server together, which inherit it; whoever gets it knows that none of them lives.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


def shared(path: Path) -> IO[bytes]:
    """Wait for a share of the lock; closing the file gives it back."""
    return _lock(path, fcntl.LOCK_SH)


def waiting(path: Path) -> IO[bytes]:
    """Wait for the lock; closing the file gives it back."""
    return _lock(path, fcntl.LOCK_EX)


def immediate(path: Path) -> IO[bytes] | None:
    """The lock if it is free, else None; closing the file gives it back."""
    try:
        return _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def _lock(path: Path, operation: int) -> IO[bytes]:
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
    try:
        fcntl.flock(file, operation)
    except BaseException:
        file.close()
        raise
    return file
