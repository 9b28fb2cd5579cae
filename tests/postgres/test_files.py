"""Files of answers on disk, and in the database without holding anything up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import OPERATOR, UNHURRIED, receive

from opchat_core.errors import Unavailable
from opchat_core.model import Answer, MessageType, Sent, Upload
from opchat_core.postgres import Database, DirectoryShelf, PostgresRepository, lend, open_pool
from opchat_core.postgres.shelf import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = bytes(range(256)) * 3000
HOUR = timedelta(hours=1)


@pytest.fixture
def store(clean_database: str, tmp_path: Path) -> Iterator[PostgresRepository]:
    """A store that keeps files in a directory."""
    with open_pool(clean_database, size=2) as pool:
        yield PostgresRepository(Database(lend(pool)), shelf=DirectoryShelf(tmp_path / "files"))


def files(tmp_path: Path) -> list[str]:
    """What lies in the directory."""
    return sorted(path.name for path in (tmp_path / "files").iterdir())


def test_files_are_kept_in_a_directory(store: PostgresRepository, tmp_path: Path) -> None:
    """The same promises, and nothing of them in the database; also in a transaction of several steps."""
    number = store.keep_file([CONTENT[:100], CONTENT[100:]], fingerprint=b"f")
    assert (tmp_path / "files" / f"{number}.file").read_bytes() == CONTENT
    with store.together() as together:
        assert b"".join(together.read_file(number, start=PIECE + 1)) == CONTENT[PIECE + 1 :]
    store.drop_files([number, 999])
    assert files(tmp_path) == []
    assert list(store.read_file(number)) == []


def test_a_directory_is_swept_of_what_the_database_has_forgotten(store: PostgresRepository, tmp_path: Path) -> None:
    """Sent, forgotten, or of a process that died: the file goes; others are left alone."""
    receive(store)
    numbers = [store.keep_file([b"x"], fingerprint=b"f") for _ in range(3)]
    uploads = [
        Upload(number=number, kind=MessageType.DOCUMENT, file_name="a", mime_type="a/b", size=1) for number in numbers
    ]
    (message,) = store.queue_answer(42, OPERATOR, Answer(files=uploads[:1]), operator=None).messages
    parcels = store.claim(OPERATOR, limit=1, lease=HOUR, max_age=HOUR, pace=UNHURRIED, user_id=42)
    assert [parcel.message.key for parcel in parcels] == [message.key]
    store.drop_files(numbers[:1])
    assert b"".join(store.read_file(numbers[0])) == b"x", "dropped as a repeated answer's, while the first one waits"
    store.complete(parcels[0].message, Sent(1), wait=HOUR)
    (tmp_path / "files" / "notes.txt").write_text("not ours")
    assert store.sweep_files(orphaned=HOUR, kept=HOUR) == 0
    assert files(tmp_path) == [*(f"{number}.file" for number in numbers[1:]), "notes.txt"]
    store.drop_files([numbers[1]])
    assert files(tmp_path) == [f"{numbers[2]}.file", "notes.txt"]


def test_a_disk_that_fails_is_told_as_such(tmp_path: Path) -> None:
    """Not as a mistake of the caller's, and not as a file that is gone."""
    shelf = DirectoryShelf(tmp_path / "files")
    (tmp_path / "files" / "1.file").mkdir()
    with pytest.raises(Unavailable):
        shelf.put(1, 0, b"x")
    with pytest.raises(Unavailable):
        list(shelf.read(1, 0))
