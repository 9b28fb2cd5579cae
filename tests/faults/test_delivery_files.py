"""Files and wishes on their way when processes die, and how little of a large file any process holds."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from tests.support.deadline import eventually
from tests.support.ports import free_port

from opchat_core import connect
from opchat_core.model import Answer, ChangeAction, DeliveryStatus, MessageType, Part, Upload
from opchat_core.model.bounds import CHANGEABLE, MAX_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.conftest import Post
    from tests.support.processes import Processes

    from opchat_core.model import MessageKey
    from opchat_core.ports import Store
    from opchat_core.testing.simulator import Simulator

LEASE = 2.0
PIECE = 1024 * 1024


def album(post: Post, count: int) -> list[MessageKey]:
    """Queue an album of documents."""
    uploads = []
    for at in range(count):
        number = post.store.keep_file([b"%d" % at], fingerprint=b"%d" % at)
        uploads.append(Upload(number=number, kind=MessageType.DOCUMENT, file_name="a", mime_type="a/b", size=1))
    answer = Answer(text="Look", files=uploads)
    return [m.key for m in post.store.queue_answer(42, "operator", answer, operator="anna").messages]


def test_a_worker_killed_after_an_album_was_accepted_leaves_doubt_and_the_files(
    post: Post, simulator: Simulator
) -> None:
    """Nobody knows, so nothing is sent again by itself; and a person who retries still has what to send."""
    post.queue(42)
    keys = album(post, 2)
    simulator.fail("sendMediaGroup", "hang_after")
    dying = post.worker(lease=LEASE)
    eventually(lambda: len(simulator.sent(42)) == 2, what="the acceptance")
    assert dying.kill() == -signal.SIGKILL
    other = post.worker(lease=LEASE)
    eventually(lambda: post.statuses(*keys) == ["unknown", "unknown"], within=LEASE + 5, what="doubt")
    assert len(simulator.sent(42)) == 2
    post.store.settle(keys[1], DeliveryStatus.QUEUED)
    eventually(lambda: post.statuses(*keys) == ["unknown", "sent"], what="the retry")
    assert len(simulator.sent(42)) == 3
    assert post.store.find_file(keys[0]) is not None
    assert post.store.find_file(keys[1]) is None
    assert other.process.poll() is None


def test_a_wish_survives_the_process_that_told_it(post: Post, simulator: Simulator) -> None:
    """Telegram has done it, the worker dies before it can say so: another tells it again, and it is done once."""
    (key,) = post.queue(42, "teh")
    post.worker(lease=LEASE)
    eventually(lambda: post.statuses(key) == ["sent"], what="the answer")
    simulator.fail("editMessageText", "hang_after")
    post.store.request_change(key, ChangeAction.EDIT, operator="anna", window=CHANGEABLE, text=Part("the"))
    eventually(lambda: [m.text for m in simulator.sent(42)] == ["the"], what="the edit")
    assert _text(post.store, key) == "teh", "nobody has said that it is done"
    # The call hangs: its worker is as good as dead, and when its lease is over another takes the wish.
    post.worker(lease=LEASE)
    eventually(lambda: _text(post.store, key) == "the", within=LEASE + 10, what="the end of the wish")
    assert [version.text for version in post.store.list_versions(key)] == ["teh"]


def _text(store: Store, key: MessageKey) -> str:
    message = store.find_message(key)
    return message.text if message else ""


def peak(pid: int) -> int:
    """The most memory that a process and its children have had, in bytes."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:  # it has ended
            continue
        if pid in {int(lines["Pid"]), int(lines["PPid"])} and "VmHWM" in lines:
            found += int(lines["VmHWM"].split()[0]) * 1024
    return found


def zeros(count: int) -> Iterator[bytes]:
    """So many bytes, a piece at a time."""
    for _ in range(count // PIECE):
        yield bytes(PIECE)


def test_a_large_file_is_never_whole_in_memory(clean_database: str, simulator: Simulator, processes: Processes) -> None:
    """Fifty megabytes from the request to Telegram, and the server grows by a few."""
    url = f"http://127.0.0.1:{free_port()}"
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
    }
    server = processes.opchat("serve", f"--port={url.rpartition(':')[2]}", environment=settings)
    server.wait_for_url(f"{url}/readyz")
    simulator.user(42)
    with connect(clean_database) as chat:
        chat.receive(user_id=42, text="hi")
        chat.operators.add("olga")
        token = chat.operators.issue_token("olga").secret
    head = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n"
    )
    tail = b"\r\n--B--\r\n"

    def post(size: int) -> httpx.Response:
        def form() -> Iterator[bytes]:
            yield head
            yield from zeros(size)
            yield tail

        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "multipart/form-data; boundary=B",
            "Content-Length": str(len(head) + size + len(tail)),
        }
        return httpx.post(f"{url}/api/users/42/operator-chat", content=form(), headers=headers, timeout=120)

    assert post(PIECE).status_code == 201
    before = peak(server.pid)
    answer = post(MAX_FILE)
    assert answer.status_code == 201, answer.text
    grown = peak(server.pid) - before
    assert grown < 20 * PIECE, f"the server grew by {grown / PIECE:.0f} MiB"
    eventually(lambda: len(simulator.sent(42)) == 2, within=60, what="the file in Telegram")
    assert simulator.sent(42)[1].body["document"]["file_size"] == MAX_FILE
