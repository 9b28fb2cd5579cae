"""The API check: each documented endpoint of a running server, over HTTP, as user, stranger and operator."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import httpx
from attrs import define, field

from opchat_cli.steps import StepFailed, Steps, expect
from opchat_core.errors import ConfigError
from opchat_core.wiring import SELFTEST

_TIMEOUT = 10.0  # seconds, as all below
_SENT_WITHIN = 30.0
_POLL = 0.25
_LAST_ID = 2**52
_UNDER_WAY = frozenset({"queued", "sending"})
_BOT_TYPE = {"botType": SELFTEST}

Json = dict[str, Any]


@define
class ApiCheck:
    """One run of the check, with what its steps tell each other.

    Attributes:
        http: A client of the server.
        user_id: Whose chat under ``selftest`` is used.
        token: An operator's API token.
        origin: A web page's origin that may post messages.
        steps: Tells each step.
        proof: Headers of whoever posts messages: none, unless the server insists on proof.
        first: The first message that was stored.
        revision: The chat's revision when its history was read.
    """

    http: httpx.Client
    user_id: int
    token: str = field(repr=False)
    origin: str
    steps: Steps
    proof: dict[str, str] = field(factory=dict, repr=False)
    first: Json = field(factory=dict)
    revision: int = 0

    def run(self, *, send: bool) -> None:
        """Take all steps; those that stand for themselves are taken also after one has failed.

        Args:
            send: Send an answer to Telegram for real.

        Raises:
            StepFailed: If the server cannot be used at all, or nothing can be stored; no further step was taken.
        """
        self._alive()
        self._operator_enters()
        self._store()
        apart: list[Callable[[], None]] = [
            self._ready,
            self._fares,
            self._description,
            self._stranger,
            self._preflight,
            self._duplicate,
            self._refusal,
            self._list,
            self._history,
            self._events,
            self._reaction,
            self._file,
            self._read,
            self._status,
            self._blank_answer,
            self._retry,
        ]
        if send:
            apart.append(self._answer)
        for step in apart:
            try:
                step()
            except StepFailed:
                continue  # it was told, and counts

    # Each step

    def _alive(self) -> None:
        self._ask("the server is alive", "GET", "/healthz")

    def _operator_enters(self) -> None:
        with self._step("the operator token is good", "GET", "/api/operator-chats", operator=True, wanted=None) as got:
            expect(
                that=got.status_code != httpx.codes.UNAUTHORIZED,
                otherwise="the server refuses the operator token (401). Is it one of that server's? A token made by "
                "itself is good only where this machine's DATABASE_URL is the server's; else give --token.",
            )
            _expect_status(got, 200)

    def _store(self) -> None:
        with self._post_message("a user's message is stored", wanted=None) as got:
            if got.status_code == httpx.codes.UNAUTHORIZED:  # OPCHAT_INGEST=verified: an operator is verified, too
                self.proof = self._bearer
        if self.proof:
            with self._post_message("the same, with proof") as got:
                self.first = _object(got)["message"]
        else:
            _expect_status(got, 201)
            self.first = _object(got)["message"]

    def _ready(self) -> None:
        self._ask("the server is ready: database and schema", "GET", "/readyz")

    def _fares(self) -> None:
        with self._step("it says whether answers leave", "GET", "/api/status", operator=True, params=_BOT_TYPE) as got:
            expect(that="stalled" in _object(got)["sending"], otherwise="it does not say so")
        with self._step("it counts for a monitor", "GET", "/metrics", operator=True) as got:
            expect(that="opchat_database_up 1" in got.text, otherwise="the numbers do not say that the database is up")

    def _description(self) -> None:
        with self._step("the description is OpenAPI 3.1", "GET", "/api/openapi.json") as got:
            version = str(_object(got).get("openapi"))
            expect(that=version.startswith("3.1"), otherwise=f"it says openapi: {version}")

    def _stranger(self) -> None:
        self._ask("a stranger is kept out", "GET", "/api/operator-chats", wanted=401)

    def _preflight(self) -> None:
        headers = {
            "Origin": self.origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        path = "/api/chat-message"
        with self._step("a browser may post messages (CORS)", "OPTIONS", path, headers=headers) as got:
            allowed = got.headers.get("Access-Control-Allow-Origin", "")
            expect(
                that=allowed in {"*", self.origin},
                otherwise=f"{self.origin} is not allowed: see OPCHAT_CORS_ORIGINS",
            )
            expect(
                that="content-type" in got.headers.get("Access-Control-Allow-Headers", "").lower(),
                otherwise="JSON is not allowed: Access-Control-Allow-Headers lacks Content-Type",
            )

    def _duplicate(self) -> None:
        with self._post_message("the same message again is known", self.first["telegramMessageId"], wanted=200) as got:
            answer = _object(got)
            expect(
                that=answer.get("duplicate") is True and answer["message"]["seq"] == self.first["seq"],
                otherwise="it was stored twice",
            )

    def _refusal(self) -> None:
        self._ask(
            "a blank message is refused",
            "POST",
            "/api/chat-message",
            json={"userId": self.user_id, "messageText": " ", **_BOT_TYPE},
            headers=self.proof,
            wanted=422,
        )

    def _list(self) -> None:
        query = {**_BOT_TYPE, "search": str(self.user_id)}
        path = "/api/operator-chats"
        with self._step("the list finds the chat", "GET", path, operator=True, params=query) as got:
            found = [chat for chat in _object(got)["chats"] if chat["userId"] == self.user_id]
            expect(that=bool(found), otherwise="the chat is not in the list")
            expect(that=found[0]["unreadCount"] > 0, otherwise="the list shows nothing unread")
        self._unchanged("the unchanged list", path, query, got)

    def _history(self) -> None:
        with self._step("the history shows the message", "GET", self._chat, operator=True, params=_BOT_TYPE) as got:
            history = _object(got)
            seqs = [message["seq"] for message in history["messages"]]
            expect(that=self.first["seq"] in seqs, otherwise="the message is not in the history")
            self.revision = history["revision"]
        self._unchanged("the unchanged chat", self._chat, _BOT_TYPE, got)
        with self._post_message("a second message is stored") as stored:
            second = _object(stored)["message"]["seq"]
        query = {**_BOT_TYPE, "after": str(self.revision)}
        with self._step("only what is new since then", "GET", self._chat, operator=True, params=query) as got:
            seqs = [message["seq"] for message in _object(got)["messages"]]
            expect(that=seqs == [second], otherwise=f"messages {seqs} in place of [{second}]")

    def _events(self) -> None:
        with self.steps("an event comes for a message") as step, _translated():
            headers = {**self._bearer, "Accept": "text/event-stream"}
            with self.http.stream("GET", "/api/events", headers=headers) as stream:
                step.result = stream.status_code
                if stream.status_code != httpx.codes.OK:
                    stream.read()
                    _expect_status(stream, 200)
                posted = self.http.post("/api/chat-message", json=self._message(), headers=self.proof)
                _expect_status(posted, 201)
                self._await_event(stream)

    def _reaction(self) -> None:
        body = {
            "userId": self.user_id,
            "telegramMessageId": self.first["telegramMessageId"],
            "reactions": [{"type": "emoji", "emoji": "\N{THUMBS UP SIGN}"}],
            **_BOT_TYPE,
        }
        path = "/api/chat-reaction"
        with self._step("a reaction is seen at its message", "POST", path, operator=True, json=body) as got:
            shown = _object(got)["message"].get("reactions", {}).get("user")
            expect(that=shown == body["reactions"], otherwise=f"the message shows {shown}")

    def _file(self) -> None:
        path = f"/api/media/{self.user_id}/{self.first['seq']}"
        with self._step("a text has no file", "GET", path, operator=True, params=_BOT_TYPE, wanted=404) as got:
            code = _object(got).get("code")
            expect(that=code == "media_not_found", otherwise=f"the answer says {code}")

    def _read(self) -> None:
        path, body = f"{self._chat}/read", {"seq": _LAST_ID}
        with self._step("the chat is marked read", "POST", path, operator=True, params=_BOT_TYPE, json=body) as got:
            unread = _object(got)["chat"]["unreadCount"]
            expect(that=unread == 0, otherwise=f"{unread} messages are still unread")

    def _status(self) -> None:
        for name, status in (("closed", "closed"), ("closed again, to no effect", "closed"), ("opened", "open")):
            body = {"userId": self.user_id, "status": status, **_BOT_TYPE}
            with self._step(f"the chat is {name}", "PATCH", "/api/operator-chats", operator=True, json=body) as got:
                now = _object(got)["chat"]["status"]
                expect(that=now == status, otherwise=f"the chat is {now}")

    def _blank_answer(self) -> None:
        self._ask(
            "a blank answer is refused",
            "POST",
            self._chat,
            operator=True,
            params=_BOT_TYPE,
            json={"messageText": " "},
            wanted=422,
        )
        query = {**_BOT_TYPE, "limit": "1"}
        with self._step("and not stored", "GET", self._chat, operator=True, params=query) as got:
            newest = _object(got)["messages"][-1]
            expect(that=newest["direction"] == "in", otherwise="the newest message is an answer")

    def _retry(self) -> None:
        path = f"{self._chat}/{self.first['seq']}/retry"
        name = "what a user wrote cannot be sent again"
        with self._step(name, "POST", path, operator=True, params=_BOT_TYPE, wanted=None) as got:
            no_bot = got.status_code == httpx.codes.SERVICE_UNAVAILABLE
            if not (no_bot and _object(got).get("code") == "telegram_not_configured"):
                _expect_status(got, 409)

    def _answer(self) -> None:
        body = {"messageText": "opchat test-simple: a test message", "clientMessageId": secrets.token_hex(16)}
        with self._step(
            "an answer is stored", "POST", self._chat, operator=True, params=_BOT_TYPE, json=body, wanted=201
        ) as got:
            message = _object(got)["message"]
        with self.steps("and sent to Telegram") as step, _translated():
            end = monotonic() + _SENT_WITHIN
            while message["delivery"]["status"] in _UNDER_WAY and monotonic() < end:
                sleep(_POLL)
                answer = self.http.get(self._chat, params=_BOT_TYPE, headers=self._bearer)
                message = next(one for one in _object(answer)["messages"] if one["seq"] == message["seq"])
            delivery = message["delivery"]
            step.result = delivery["status"]
            error = delivery["error"] or {}
            told = f": {error['code']}, {error['message']}" if error else ""
            expect(that=delivery["status"] == "sent", otherwise=f"the answer is {delivery['status']}{told}")

    def gone(self) -> None:
        """Take the last step, after what was stored was removed from the database: the server does not know it.

        Raises:
            StepFailed: If it does; the database was not the server's.
        """
        with self._step("nothing is left", "GET", self._chat, operator=True, params=_BOT_TYPE, wanted=None) as got:
            expect(
                that=got.status_code == httpx.codes.NOT_FOUND,
                otherwise=f"it is still there (status {got.status_code}): the database that can be reached from here "
                "is not the server's, so run this where it is.",
            )

    # What they are made of

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def _chat(self) -> str:
        return f"/api/users/{self.user_id}/operator-chat"

    def _message(self, telegram_message_id: int | None = None) -> Json:
        number = telegram_message_id or 2**51 + secrets.randbelow(2**51)
        return {"userId": self.user_id, "messageText": "opchat test-simple", "telegramMessageId": number, **_BOT_TYPE}

    @contextmanager
    def _step(
        self,
        name: str,
        method: str,
        path: str,
        *,
        operator: bool = False,
        wanted: int | None = 200,
        headers: dict[str, str] | None = None,
        **request: Any,
    ) -> Iterator[httpx.Response]:
        """Make a request as one step, whose answer the block looks into."""
        with self.steps(f"{name}: {method} {path}") as step, _translated():
            sent = {**(self._bearer if operator else {}), **(headers or {})}
            response = self.http.request(method, path, headers=sent, **request)
            step.result = response.status_code
            if wanted is not None:
                _expect_status(response, wanted)
            yield response

    def _ask(self, name: str, method: str, path: str, **request: Any) -> None:
        """Make a request as one step, of which only the status counts."""
        with self._step(name, method, path, **request):
            pass

    @contextmanager
    def _post_message(
        self, name: str, telegram_message_id: int | None = None, *, wanted: int | None = 201
    ) -> Iterator[httpx.Response]:
        body = self._message(telegram_message_id)
        with self._step(name, "POST", "/api/chat-message", json=body, headers=self.proof, wanted=wanted) as response:
            yield response

    def _unchanged(self, name: str, path: str, query: dict[str, str], known: httpx.Response) -> None:
        headers = {"If-None-Match": known.headers.get("ETag", "")}
        self._ask(f"{name} is not sent again", "GET", path, operator=True, params=query, headers=headers, wanted=304)

    def _await_event(self, stream: httpx.Response) -> None:
        """Read the stream up to the event."""
        end = monotonic() + _TIMEOUT
        kind = ""
        for line in stream.iter_lines():
            name, _, value = line.partition(":")
            if name == "event":
                kind = value.strip()
            elif name == "data" and kind == "chat":
                change = json.loads(value)
                if change["userId"] == self.user_id and change["botType"] == SELFTEST:
                    return
            if monotonic() > end:
                break
        raise StepFailed("no event came for a message that was stored")


@contextmanager
def server_at(url: str) -> Iterator[httpx.Client]:
    """Open a client of a server; what the environment says about proxies counts, as for every client.

    Raises:
        ConfigError: If the URL is none.
    """
    try:
        http = httpx.Client(base_url=url, timeout=_TIMEOUT)
    except httpx.InvalidURL as error:
        raise ConfigError(f"{url!r} is no address of a server: {error}") from None
    with http:
        yield http


@contextmanager
def _translated() -> Iterator[None]:
    """Say in words what HTTP or the shape of an answer did."""
    try:
        yield
    except httpx.ConnectError as error:
        raise StepFailed(
            f"nobody answers there ({error}): is `opchat serve` running? --url names another server"
        ) from None
    except httpx.TimeoutException:
        raise StepFailed(f"nothing came for {_TIMEOUT:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise StepFailed(f"the request broke off: {type(error).__name__} {error}") from None
    except (KeyError, TypeError, IndexError, StopIteration, ValueError) as error:
        raise StepFailed(f"the answer does not have the documented shape: {type(error).__name__} {error}") from None


def _expect_status(response: httpx.Response, wanted: int) -> None:
    if response.status_code == wanted:
        return
    problem = _object(response) if "json" in response.headers.get("Content-Type", "") else {}
    said = " ".join(str(problem[key]) for key in ("code", "detail") if problem.get(key))
    told = f"status {response.status_code} in place of {wanted}{f': {said}' if said else ''}"
    if not problem.get("code"):
        told += "; is that an opchat server?"
    raise StepFailed(told)


def _object(response: httpx.Response) -> Json:
    decoded = response.json()
    if not isinstance(decoded, dict):
        raise TypeError("not a JSON object")
    return decoded
