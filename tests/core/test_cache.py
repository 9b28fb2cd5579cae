"""The cache of files: whole files only, each fetched once, within bounds, for several processes."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, BinaryIO

import pytest

from opchat_core.cache import KEEP, DiskCache
from opchat_core.errors import MediaGone, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def writes(content: bytes, calls: list[bytes] | None = None) -> Callable[[BinaryIO], None]:
    """What fetches a file by writing it."""

    def fetch(sink: BinaryIO) -> None:
        if calls is not None:
            calls.append(content)
        sink.write(content)

    return fetch


def content(file: BinaryIO | None) -> bytes | None:
    if file is None:
        return None
    with file:
        return file.read()


def names(directory: Path) -> set[str]:
    return {file.name for file in (directory / "files").iterdir()}


def test_a_file_is_fetched_once_and_then_here(tmp_path: Path) -> None:
    """Also for another process, which is another cache over the same directory."""
    calls: list[bytes] = []
    cache, other = DiskCache(tmp_path, 1000), DiskCache(tmp_path, 1000)
    assert cache.find("aa1") is None
    assert content(cache.open("aa1", writes(b"one", calls))) == b"one"
    assert content(other.open("aa1", writes(b"one", calls))) == b"one"
    assert content(other.find("aa1")) == b"one"
    assert calls == [b"one"]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """What users send is their own business, and this installation's."""
    directory = tmp_path / "cache"
    DiskCache(directory, 1000).open("aa1", writes(b"one")).close()
    assert directory.stat().st_mode & 0o077 == 0
    assert (directory / "files" / "aa1").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only the superuser can give a directory away")
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """In a place that all may write to, anybody could have made it."""
    directory = tmp_path / "cache"
    directory.mkdir()
    os.chown(directory, 12345, 12345)
    with pytest.raises(Unavailable, match="belongs to somebody else"):
        DiskCache(directory, 1000).open("aa1", writes(b"one"))


def test_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """Half a file is never found, and the next who asks fetches it whole."""
    cache = DiskCache(tmp_path, 1000)

    def breaks(sink: BinaryIO) -> None:
        sink.write(b"ha")
        raise MediaGone("It is gone.")

    with pytest.raises(MediaGone):
        cache.open("aa1", breaks)
    assert cache.find("aa1") is None
    assert list((tmp_path / "parts").iterdir()) == []
    assert content(cache.open("aa1", writes(b"half"))) == b"half"


def test_whoever_asks_at_once_waits_for_the_one_who_fetches(tmp_path: Path) -> None:
    """Threads of two processes want the same picture: one fetches it, all of them see it."""
    calls: list[bytes] = []
    begun, go_on = threading.Event(), threading.Event()

    def slowly(sink: BinaryIO) -> None:
        calls.append(b"x")
        begun.set()
        assert go_on.wait(10)
        sink.write(b"picture")

    caches = [DiskCache(tmp_path, 1000), DiskCache(tmp_path, 1000)]
    seen: list[bytes | None] = []
    threads = [
        threading.Thread(target=lambda cache=cache: seen.append(content(cache.open("aa1", slowly))))
        for cache in caches * 3
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    assert caches[0].find("aa1") is None  # by half, it is not there
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert (seen, calls) == ([b"picture"] * 6, [b"x"])


def test_what_was_not_looked_at_for_longest_goes_first(tmp_path: Path) -> None:
    """Looking at a file keeps it."""
    cache = DiskCache(tmp_path, 100)
    for number in range(4):
        cache.open(f"aa{number}", writes(b"x" * 20)).close()
        aged(tmp_path / "files" / f"aa{number}", seconds=1000 - number)
    content(cache.find("aa0"))
    cache.open("aa4", writes(b"x" * 20)).close()
    assert names(tmp_path) == {"aa0", "aa2", "aa3", "aa4"}


def test_what_nobody_looks_at_for_a_week_goes_in_any_case(tmp_path: Path) -> None:
    """There may be room for it, but people want their data to be somewhere only while it is of use."""
    cache = DiskCache(tmp_path, 1000)
    cache.open("aa1", writes(b"x" * 60)).close()
    aged(tmp_path / "files" / "aa1", seconds=KEEP.total_seconds() + 1)
    (tmp_path / "parts" / "left-by-a-killed-process").touch()
    aged(tmp_path / "parts" / "left-by-a-killed-process", seconds=7200)
    cache.open("aa2", writes(b"x" * 60)).close()
    assert names(tmp_path) == {"aa2"}
    assert list((tmp_path / "parts").iterdir()) == []


def test_a_cache_of_no_size_keeps_nothing_longer_than_it_is_open(tmp_path: Path) -> None:
    """Whoever has opened a file reads it to its end all the same."""
    file = DiskCache(tmp_path, 0).open("aa1", writes(b"one"))
    assert names(tmp_path) == set()
    assert content(file) == b"one"


def test_files_can_be_dropped(tmp_path: Path) -> None:
    """Those that are here, and those that are not."""
    cache = DiskCache(tmp_path, 1000)
    cache.open("aa1", writes(b"one")).close()
    cache.remove(["aa1", "aa2"])
    assert cache.find("aa1") is None


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """One sentence, and no trace of where it is."""
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be kept") as raised:
        DiskCache(tmp_path / "file", 1000).open("aa1", writes(b"one"))
    assert str(tmp_path) not in str(raised.value)


def aged(path: Path, *, seconds: float) -> None:
    """Let a file look as if nobody had used it for so long."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has waited long enough for another's fetching is told to come again."""
    monkeypatch.setattr("opchat_core.cache.PATIENCE", 0.05)
    cache = DiskCache(tmp_path, 1000)

    def asked_meanwhile(sink: BinaryIO) -> None:
        with pytest.raises(Unavailable, match="still being fetched"):
            DiskCache(tmp_path, 1000).open("aa1", writes(b"one"))
        sink.write(b"one")

    assert content(cache.open("aa1", asked_meanwhile)) == b"one"
