"""Files of messages over HTTP: whole, in parts, once, and harmless."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event
from typing import TYPE_CHECKING, Any, cast

import attrs
import httpx
import pytest
from tests.flask.conftest import Client, problem_of
from tests.support.deadline import eventually

from opchat_bot.convert import read_update
from opchat_core import IncomingMessage, Media, connect_config
from opchat_core.errors import MediaGone, Unavailable
from opchat_core.media import FETCHES, MAX_DOWNLOAD, WAITING, MediaLibrary
from opchat_flask import create_app
from opchat_flask.media import disposition

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from flask import Flask

    from opchat_core import Config, Message, OperatorChat
    from opchat_core.testing.simulator import Simulator

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    """An installation with a cache of its own."""
    return attrs.evolve(config, media_cache_dir=tmp_path / "cache")


class Files:
    """What users sent, and how operators look at it."""

    def __init__(self, app: Flask, chat: OperatorChat, simulator: Simulator, operator: dict[str, str]) -> None:
        self.app, self.chat, self.simulator, self.operator = app, chat, simulator, operator
        simulator.user(42, "Anna")

    def photo(self, data: bytes) -> Message:
        return self._take(self.simulator.send_photo(42, data))

    def document(self, data: bytes, **options: Any) -> Message:
        return self._take(self.simulator.send_document(42, data, **options))

    def _take(self, _: int) -> Message:
        """Take in what was sent last, as the bot would."""
        address = f"{self.simulator.url}/bot{self.simulator.token}/getUpdates"
        [update] = httpx.post(address, json={"offset": -1}).json()["result"]
        call = read_update(update).call
        assert call is not None
        return self.chat.take_in(IncomingMessage.from_json(call.body), verified=True).message

    def look(self, message: Message, query: str = "", headers: dict[str, str] | None = None) -> Any:
        """Look at a file, as an operator."""
        client = cast("Client", self.app.test_client())
        return client.get(url_of(message, query), headers={**self.operator, **(headers or {})}, buffered=True)

    @property
    def fetched(self) -> int:
        """How often a file was fetched from Telegram."""
        return len(self.simulator.ledger("getFile"))


@pytest.fixture
def files(app: Flask, chat: OperatorChat, simulator: Simulator, operator: dict[str, str]) -> Files:
    """Files that users of the simulator send."""
    return Files(app, chat, simulator, operator)


def url_of(message: Message, query: str = "") -> str:
    return f"/api/media/{message.user_id}/{message.seq}{query}"


def test_a_photo_is_shown_in_place_under_its_type(files: Files) -> None:
    """Byte by byte as it was sent, private to who is logged in."""
    message = files.photo(PNG)
    answer = files.look(message)
    assert (answer.status_code, answer.data) == (200, PNG)
    headers = answer.headers
    assert headers["Content-Type"] in {"image/png", "image/jpeg"}
    assert headers["Content-Length"] == str(len(PNG))
    assert headers["Content-Disposition"].startswith(f'inline; filename="photo-42-{message.seq}.')
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("private, no-cache", "nosniff")
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_only_operators_see_files(files: Files) -> None:
    """Nothing is fetched for anybody else."""
    message = files.photo(PNG)
    client = files.app.test_client()
    problem_of(client.get(url_of(message)), 401, "unauthenticated")
    problem_of(client.get(url_of(message), headers={"Authorization": "Bearer x"}), 401, "unauthenticated")
    assert files.fetched == 0


def test_a_file_is_fetched_once_for_many_looks(files: Files) -> None:
    """A gallery, a second operator, another message with the same file, and one who has it already."""
    message = files.photo(PNG)
    first = files.look(message)
    assert files.look(message).data == PNG
    again = files.look(message, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert files.fetched == 1


def test_who_has_a_file_is_told_so_without_telegram(files: Files) -> None:
    """A file never changes under its tag, so nobody need be asked."""
    message = files.photo(PNG)
    tag = files.look(message).headers["ETag"]
    files.simulator.fail("*", "cut_before", times=None)
    assert files.look(message, headers={"If-None-Match": tag}).status_code == 304


def test_a_part_is_given_to_who_asks_for_one(files: Files) -> None:
    """Players jump in a video: 206 with what they want, and where it is."""
    message, size = files.document(PNG), len(PNG)
    for wanted, part, told in (
        ("bytes=0-9", slice(0, 10), f"bytes 0-9/{size}"),
        ("bytes=100-", slice(100, None), f"bytes 100-{size - 1}/{size}"),
        ("bytes=-5", slice(-5, None), f"bytes {size - 5}-{size - 1}/{size}"),
        ("bytes=10-999999", slice(10, None), f"bytes 10-{size - 1}/{size}"),
    ):
        answer = files.look(message, headers={"Range": wanted})
        assert (answer.status_code, answer.data) == (206, PNG[part])
        assert answer.headers["Content-Range"] == told
        assert answer.headers["Content-Length"] == str(len(PNG[part]))
        assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_range_that_is_none_is_not_heeded(files: Files) -> None:
    """Several at once, other units, and the other way round: the whole is always right."""
    message = files.document(PNG)
    for wanted in ("bytes=0-1,5-6", "lines=1-2", "bytes=5-2", "nonsense"):
        answer = files.look(message, headers={"Range": wanted})
        assert (answer.status_code, answer.data) == (200, PNG)


def test_a_part_that_is_not_there_is_told(files: Files) -> None:
    """416 says how large the file is."""
    message = files.document(PNG)
    answer = files.look(message, headers={"Range": f"bytes={len(PNG)}-"})
    problem_of(answer, 416, "requested_range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{len(PNG)}"


def test_a_part_belongs_to_the_file_that_is_meant(files: Files) -> None:
    """`If-Range` with another tag: the file is another one now, so it is given whole."""
    message = files.document(PNG)
    wanted = {"Range": "bytes=0-3"}
    tag = files.look(message).headers["ETag"]
    assert files.look(message, headers={**wanted, "If-Range": tag}).status_code == 206
    assert files.look(message, headers={**wanted, "If-Range": '"other"'}).status_code == 200


def test_the_head_of_a_file_can_be_asked_for_alone(files: Files) -> None:
    """How large it is, and of what type, without its bytes."""
    answer = files.app.test_client().head(url_of(files.document(PNG)), headers=files.operator, buffered=True)
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", str(len(PNG)))


def test_whatever_could_do_something_is_kept_from_it(files: Files) -> None:
    """To be saved, in a sandbox where it is opened all the same, and never a script or style sheet of our own."""
    for name, mime_type, shown_as in (
        ("x.svg", "image/svg+xml", "image/svg+xml"),
        ("x.html", "text/html", "text/html"),
        ("x.xml", "application/xml", "application/xml"),
        ("x.pdf", "application/pdf", "application/pdf"),
        ("x.js", "text/javascript", "text/plain"),
        ("x.mjs", "text/x-ecmascript", "text/plain"),
        ("old.js", "text/javascript1.5", "text/plain"),
        ("x.css", "TEXT/CSS; charset=utf-8", "text/plain"),
        ("x.bin", "text/html\r\nX-Evil: 1", "application/octet-stream"),
    ):
        answer = files.look(files.document(b"<svg onload='alert(1)'/>", file_name=name, mime_type=mime_type))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == shown_as
        assert answer.headers["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("отчёт.pdf", "filename=\"_____.pdf\"; filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf"),
        ('a"b\\c;.txt', "filename=\"a_b_c;.txt\"; filename*=UTF-8''a%22b%5Cc%3B.txt"),
        ("50%.txt", "filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
    ],
)
def test_names_survive_the_header(name: str, told: str) -> None:
    """Any letters, and nothing that could end the header early."""
    assert disposition("attachment", name) == f"attachment; {told}"


def test_a_name_is_what_it_looks_like(files: Files) -> None:
    """No path, and no letters that turn `exe` around to look like another ending."""
    tricky = "../../bill\u202efdp.exe\n"
    message = files.document(PNG, file_name=tricky)
    answer = files.look(message)
    assert 'filename="_.._bill_fdp.exe_"' in answer.headers["Content-Disposition"]


def test_a_small_picture_is_a_file_of_its_own(files: Files) -> None:
    """Where there is one it is given; of a photo of one size it is the photo; else there is none."""
    whole = files.document(PNG).media
    assert whole is not None
    small = files.photo(PNG[:100]).media
    assert small is not None
    media = attrs.evolve(whole, thumbnail_file_id=small.file_id)
    chat = files.chat
    video = chat.receive(user_id=42, message_type="video", media=media)
    photo = chat.receive(user_id=42, message_type="photo", media=whole)
    voice = chat.receive(user_id=42, message_type="voice", media=whole)
    answers = [files.look(one, "?thumbnail=1") for one in (video, photo, voice)]
    assert [answer.data for answer in answers[:2]] == [PNG[:100], PNG]
    assert answers[0].headers["ETag"] != files.look(video).headers["ETag"]
    problem_of(answers[2], 404, "media_not_found")
    problem_of(files.look(video, "?thumbnail=yes"), 422, "invalid_input")


def test_what_has_no_file_is_told(client: Client, operator: Any, anna: int) -> None:
    """A text has none, and neither has what is not there."""
    problem_of(client.get(f"/api/media/{anna}/1", headers=operator), 404, "media_not_found")
    problem_of(client.get(f"/api/media/{anna}/2", headers=operator), 404, "message_not_found")
    problem_of(client.get("/api/media/43/1", headers=operator), 404, "message_not_found")
    problem_of(client.get("/api/media/x/1", headers=operator), 404, "user_not_found")


def test_telegram_gives_no_more_than_20_megabytes(files: Files) -> None:
    """A code of its own, whether the size was told or only Telegram knows it; nothing of it is kept."""
    large = files.document(b"\0" * (MAX_DOWNLOAD + 1))
    problem_of(files.look(large), 404, "media_too_large")
    assert files.fetched == 0
    assert large.media is not None
    untold = files.chat.receive(user_id=42, message_type="document", media=attrs.evolve(large.media, file_size=None))
    problem_of(files.look(untold), 404, "media_too_large")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (("getFile", "bad_request", "Bad Request: wrong file_id"), 404, "media_gone"),
        (("getFile", "bad_request", "Bad Request: file is too big"), 404, "media_too_large"),
        (("getFile", "unauthorized", None), 503, "telegram_not_configured"),
        (("getFile", "too_many_requests", None), 503, "telegram_unavailable"),
        (("getFile", "half_json", None), 503, "telegram_unavailable"),
        (("getFile", "cut_before", None), 503, "telegram_unavailable"),
        (("file", "server_error", None), 503, "telegram_unavailable"),
        (("file", "cut_midway", None), 503, "telegram_unavailable"),
    ],
)
def test_what_goes_wrong_at_telegram_is_told_and_passes(
    files: Files, caplog: pytest.LogCaptureFixture, fault: tuple[str, str, str | None], status: int, code: str
) -> None:
    """Each has its code; the token is in no answer and no log; and afterwards the whole file is there."""
    caplog.set_level("DEBUG")
    message = files.document(PNG)
    method, kind, words = fault
    files.simulator.fail(method, kind, retry_after=7, description=words)
    answer = files.look(message)
    problem_of(answer, status, code)
    secret = files.simulator.token.partition(":")[2]
    assert secret not in answer.text + str(answer.headers) + caplog.text
    if kind == "too_many_requests":
        assert answer.headers["Retry-After"] == "7"
    assert files.look(message).data == PNG


def test_without_a_token_files_stay_where_they_are(config: Config, clean_database: str) -> None:
    """Reading works, and a file that was not fetched yet is a clear problem."""
    with connect_config(attrs.evolve(config, bot_token=None), migrated=True) as chat:
        message = chat.receive(user_id=42, message_type="photo", media=Media("AgAC"))
        chat.operators.add("Olga")
        token = chat.operators.issue_token("Olga").secret
        client = create_app(chat).test_client()
        answer = client.get(url_of(message), headers={"Authorization": f"Bearer {token}"})
        problem_of(answer, 503, "telegram_not_configured")


def test_what_anybody_claims_stands_for_nothing_else(files: Files) -> None:
    """An unverified message names a file of its own by the name of another one: neither is shown for the other."""
    other = files.document(b"other").media
    real = files.document(PNG)
    assert other is not None
    assert real.media is not None
    claim = {"fileId": other.file_id, "fileUniqueId": real.media.file_unique_id}
    body = {"userId": 42, "messageType": "document", "media": claim}
    forged = cast("Client", files.app.test_client()).post("/api/chat-message", json=body).json["message"]
    assert files.look(files.chat.history(42)[forged["seq"] - 1]).data == b"other"
    assert files.look(real).data == PNG


def test_many_at_once_fetch_once(files: Files) -> None:
    """A gallery on several screens: everybody gets the whole picture, and Telegram is asked once."""
    message = files.document(PNG)
    files.simulator.fail("file", "delay", seconds=0.3)

    def look(_: int) -> bytes:
        return bytes(files.look(message).data)

    with ThreadPoolExecutor(FETCHES) as pool:
        assert list(pool.map(look, range(FETCHES))) == [PNG] * FETCHES
    assert files.fetched == 1


def test_forgetting_a_user_forgets_their_files(files: Files, config: Config) -> None:
    """What this machine kept of them goes with their messages."""
    files.look(files.document(PNG))
    assert config.media_cache_dir is not None
    kept = config.media_cache_dir / "files"
    assert len(list(kept.iterdir())) == 1
    files.chat.forget(42)
    assert list(kept.iterdir()) == []


def test_a_slow_telegram_holds_only_so_many_threads(chat: OperatorChat) -> None:
    """Some fetch, some wait, and whoever comes then is told to come again at once."""
    go_on = Event()
    begun: list[str] = []

    class Slow:
        def fetch(self, file_id: str, sink: BinaryIO) -> None:
            begun.append(file_id)
            assert go_on.wait(20)
            sink.write(b"x")

    library = MediaLibrary(sources={"operator": Slow()})
    messages = [
        chat.receive(user_id=42, message_type="photo", media=Media(f"file-{number}"))
        for number in range(FETCHES + WAITING + 1)
    ]
    with ThreadPoolExecutor(FETCHES + WAITING) as pool:
        looks = [pool.submit(library.open, message) for message in messages[:-1]]
        eventually(lambda: len(begun) == FETCHES and all(look.running() for look in looks))

        def refused() -> bool:
            try:
                library.open(messages[-1]).file.close()
            except Unavailable:
                return True
            return False

        eventually(refused)
        assert len(begun) == FETCHES
        go_on.set()
        for look in looks:
            look.result(20).file.close()


def test_a_file_on_its_way_out_is_looked_at_where_it_is_kept(files: Files, config: Config) -> None:
    """Telegram asks to wait: operators see what they sent all the same, whole or in parts, and none of it is cached."""
    files.simulator.send_text(42, "Hello")
    files.chat.receive(user_id=42, text="Hello")
    files.simulator.fail("*", "too_many_requests", retry_after=60)
    form = {"file": (BytesIO(PNG), "shop.png"), "as": "document"}
    client = cast("Client", files.app.test_client())
    sent = client.post("/api/users/42/operator-chat", data=form, headers=files.operator).json["message"]
    assert sent["delivery"]["status"] == "queued"
    message = files.chat.history(42)[-1]
    assert message.media is not None
    assert message.media.file_id is None
    assert files.look(message).data == PNG
    assert files.look(message, headers={"Range": "bytes=0-7"}).data == PNG[:8]
    assert config.media_cache_dir is not None
    assert not config.media_cache_dir.exists()
    halved = attrs.evolve(message, media=attrs.evolve(message.media, file_size=len(PNG) + 1))
    with pytest.raises(MediaGone):
        files.chat.media.open(halved)


def test_the_file_of_an_earlier_version_is_there(files: Files) -> None:
    """A user put another file in the place of one: operators see both."""
    old, new = files.document(b"old").media, files.document(PNG).media
    of: dict[str, Any] = {"user_id": 42, "message_type": "document", "telegram_message_id": 77}
    message = files.chat.receive(**of, media=old)
    files.chat.receive(**of, media=new, edited=True)
    assert [files.look(message, query).data for query in ("", "?version=1")] == [PNG, b"old"]
    problem_of(files.look(message, "?version=2"), 404, "media_not_found")
    problem_of(files.look(message, "?version=0"), 422, "invalid_input")
