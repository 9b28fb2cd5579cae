"""Files kept on disk for a while, within bounds, for all processes of a machine.

``files/`` holds whole files only: each is written under another name, made durable, and renamed. Who wants a file that
is not there takes a lock of the kernel's on one of the ``locks/``, so that it is fetched once, and a process that is
killed holds up nobody. When there is too much, what was not looked at for longest goes.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from opchat_core.errors import Unavailable

KEEP = timedelta(days=7)
"""How long a file is kept that nobody looks at."""

PATIENCE = 30.0
"""Seconds to wait for another who fetches the same file."""

_LOOK = 0.02  # seconds
_PARTS_KEEP = 3600  # seconds after which a file that was never finished belongs to nobody any more
_TOUCH = 60  # seconds within which it does not matter who looked last
_FULL, _GROWTH = 0.9, 0.05  # it is swept down to this share, after having grown by that


def default_directory() -> Path:
    """Name the place for files where nobody chose one: private to this user of the system, and gone at its restart."""
    return Path(tempfile.gettempdir()) / f"opchat-media-{os.getuid()}"


class DiskCache:
    """A :class:`~opchat_core.ports.FileCache` in a directory. Thread-safe; any number of processes may share it.

    Args:
        directory: Its home; made when it is first needed, readable to nobody else.
        most: About how many bytes to keep; 0 keeps nothing longer than it is open.
    """

    def __init__(self, directory: Path, most: int) -> None:
        self._files, self._parts, self._locks = (directory / name for name in ("files", "parts", "locks"))
        self._directory = directory
        self._most = most
        self._grown: float | None = None  # bytes since the last sweep; at first nobody knows

    def find(self, name: str) -> BinaryIO | None:
        """See :meth:`opchat_core.ports.FileCache.find`."""
        try:
            file = (self._files / name).open("rb")
        except OSError:  # not there; or not to be read, which fetching it will tell
            return None
        if time.time() - os.fstat(file.fileno()).st_mtime > _TOUCH:
            with suppress(OSError):  # then it looks older than it is
                os.utime(file.fileno())
        return file

    def open(self, name: str, fetch: Callable[[BinaryIO], None]) -> BinaryIO:
        """See :meth:`opchat_core.ports.FileCache.open`."""
        try:
            self._prepare()
            with self._locked(name[:2]):
                file = self.find(name) or self._fetch(name, fetch)
            self._sweep(os.fstat(file.fileno()).st_size)
        except OSError as error:
            raise Unavailable(f"Files cannot be kept in the cache: {error.strerror}.") from error
        return file

    def trouble(self) -> str | None:
        """Say why nothing could be kept there, without changing anything; None when all seems well."""
        place = next(path for path in (self._directory, *self._directory.parents) if path.exists())
        if place == self._directory and not _is_ours(place):
            return f"{self._directory} is no directory of this user"
        if not os.access(place, os.W_OK | os.X_OK):
            return f"{place} cannot be written by this user"
        return None

    def remove(self, names: Iterable[str]) -> None:
        """See :meth:`opchat_core.ports.FileCache.remove`."""
        for name in names:
            (self._files / name).unlink(missing_ok=True)

    def _prepare(self) -> None:
        """Make the directories; refuse one that belongs to somebody else, who could put anything in it."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(self._directory):
            raise Unavailable("Files cannot be kept in the cache: its directory belongs to somebody else.")
        for directory in (self._files, self._parts, self._locks):
            directory.mkdir(mode=0o700, exist_ok=True)

    def _fetch(self, name: str, fetch: Callable[[BinaryIO], None]) -> BinaryIO:
        descriptor, part = tempfile.mkstemp(dir=self._parts)
        file = os.fdopen(descriptor, "w+b")
        try:
            fetch(file)
            file.flush()
            os.fsync(descriptor)  # else a power cut could leave a name without a content
            Path(part).replace(self._files / name)
            file.seek(0)
        except BaseException:
            file.close()
            Path(part).unlink(missing_ok=True)
            raise
        return file

    @contextmanager
    def _locked(self, name: str, *, wait: bool = True) -> Iterator[None]:
        """Hold a lock of all processes; the kernel lets go of it when its holder ends.

        Raises:
            BlockingIOError: If another holds it and we do not wait.
            Unavailable: If another holds it for too long.
        """
        patience = time.monotonic() + PATIENCE
        with (self._locks / name).open("ab") as file:
            while not _taken(file):
                if not wait:
                    raise BlockingIOError
                if time.monotonic() > patience:
                    raise Unavailable("The file is still being fetched; come again in a moment.")
                time.sleep(_LOOK)  # there is no waiting for a lock of the kernel's with an end
            yield

    def _sweep(self, added: int) -> None:
        """Make room when enough has been added since the last time."""
        self._grown = None if self._grown is None else self._grown + added
        if self._grown is not None and self._grown < self._most * _GROWTH:
            return
        with suppress(BlockingIOError), self._locked("sweep", wait=False):  # else somebody is at it
            self._grown = 0
            now, room = time.time(), self._most * _FULL
            for used, size, path in sorted(_seen(self._files), reverse=True):
                room -= size
                if room < 0 or now - used > KEEP.total_seconds():
                    path.unlink(missing_ok=True)
            for begun, _, path in _seen(self._parts):
                if now - begun > _PARTS_KEEP:
                    path.unlink(missing_ok=True)


def _is_ours(directory: Path) -> bool:
    found = directory.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _taken(file: BinaryIO) -> bool:
    """Try to lock a file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _seen(directory: Path) -> Iterator[tuple[float, int, Path]]:
    """What is in a directory: when it was last used, how large it is, where it is."""
    with os.scandir(directory) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # another process may have removed it
                found = entry.stat(follow_symlinks=False)
                yield found.st_mtime, found.st_size, Path(entry.path)
