"""The short way for what the bot reports: no thread and no framework for a message, and one commit for many.

Most of what comes is a message that the bot proves to be from it. Such a one is read and checked in the event loop by
the same functions as in the view, gathered with others that come meanwhile, and answered when it is stored. Whatever is
not just like that takes the long way: another caller, a browser, a proxy, a mistake.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException

from opchat_core.errors import OpchatError
from opchat_core.model import Direction, IncomingMessage, Received
from opchat_flask.body import MAX_BODY, parse
from opchat_flask.headers import keep_private, secure
from opchat_flask.ingest import stored
from opchat_flask.problems import broken, problem_of
from opchat_flask.respond import encode

if TYPE_CHECKING:
    from opchat_core.service import OperatorChat
    from opchat_flask.front.bridge import Answer, Body
    from opchat_flask.front.rsgi import Connection, HeaderList, Scope
    from opchat_flask.mount import Mount

PATH = "/api/chat-message"

COMMITS = 2
"""Commits under way at once: while the disk writes one, the next is being gathered."""

MOST = 100
"""Messages in one commit."""

Waiting = list[tuple[IncomingMessage, "asyncio.Future[Received]"]]


class Express:
    """Takes in what the bot reports.

    Args:
        mount: Where the app is mounted.
    """

    def __init__(self, mount: Mount) -> None:
        self._chat = mount.chat
        token = mount.config.ingest_token
        self._proof = None if token is None else f"Bearer {token}".encode()
        self._headers: HeaderList | None = None
        self._gathering = _Gathering(mount.chat)

    def takes(self, scope: Scope) -> bool:
        """Whether a request may take the short way: it is the bot's, in every respect as usual."""
        headers = scope.headers
        shown = headers.get("authorization")
        return (
            scope.path == PATH
            and scope.method == "POST"
            and self._proof is not None
            and shown is not None
            and hmac.compare_digest(shown.encode(), self._proof)
            and headers.get("content-type") == "application/json"
            and "origin" not in headers
            and "x-forwarded-proto" not in headers
        )

    def learn(self, answer: Answer) -> None:
        """Learn from an answer that came the long way which headers such an answer has."""
        if self._headers is None and answer.status == 201:
            self._headers = [(name, value) for name, value in answer.headers if name != "Content-Length"]

    async def answer(self, body: Body, connection: Connection) -> bool:
        """Take in a message and answer; False, and nothing done, when it has to take the long way."""
        message = self._read(body)
        if message is None or self._headers is None:
            return False
        try:
            answer, status = stored(await self._gathering.take_in(message))
        except OpchatError as error:
            self._refuse(error, connection)
        except Exception as error:  # noqa: BLE001 - it is logged, and answered as on the long way
            self._refuse(broken(error, "POST", PATH), connection)
        else:
            connection.response_bytes(status, self._headers, encode(answer))
        return True

    def close(self) -> None:
        """Give back threads."""
        self._gathering.close()

    def _refuse(self, error: OpchatError | HTTPException, connection: Connection) -> None:
        problem = keep_private(secure(problem_of(error)))
        headers = problem.headers.to_wsgi_list()
        headers += [(name, value) for name, value in self._headers or () if name not in problem.headers]
        connection.response_bytes(problem.status_code, headers, problem.get_data())

    @staticmethod
    def _read(body: Body) -> IncomingMessage | None:
        if body.more is not None or len(body.beginning) > MAX_BODY:
            return None
        try:
            message = IncomingMessage.from_json(parse(body.beginning))
        except Exception:  # noqa: BLE001 - the long way finds it, too, and says what is wrong
            return None
        return message if message.direction is Direction.IN else None


class _Gathering:
    """Stores messages together that come at the same time; to be used in the event loop alone."""

    def __init__(self, chat: OperatorChat) -> None:
        self._chat = chat
        self._committers = ThreadPoolExecutor(COMMITS, thread_name_prefix="opchat-commit")
        self._under_way = 0
        self._waiting: Waiting = []

    async def take_in(self, message: IncomingMessage) -> Received:
        """Store a message, alone if nothing else is being stored, otherwise with those that come meanwhile.

        Raises:
            InvalidInput: If the message cannot be stored.
            Unavailable: If the store is away.
        """
        future: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, future))
        future.get_loop().call_soon(self._commit)  # when whatever came at the same moment has come this far
        return await future

    def close(self) -> None:
        """Give back threads."""
        self._committers.shutdown(wait=False)

    def _commit(self) -> None:
        if self._under_way == COMMITS or not self._waiting:
            return
        group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._under_way += 1
        messages = [message for message, _ in group]
        commit = asyncio.get_running_loop().run_in_executor(self._committers, self._take_in_all, messages)
        commit.add_done_callback(partial(self._tell, group))

    def _take_in_all(self, messages: Sequence[IncomingMessage]) -> tuple[Received | Exception, ...]:
        received = self._chat.take_in_all(messages)
        if len(received) != len(messages):  # whose is whose?
            raise RuntimeError(f"{len(messages)} messages were handed in, and {len(received)} came back.")
        return received

    def _tell(self, group: Waiting, commit: asyncio.Future[tuple[Received | Exception, ...]]) -> None:
        self._under_way -= 1
        self._commit()
        error = commit.exception()
        outcomes: Sequence[Received | BaseException] = commit.result() if error is None else [error] * len(group)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():  # its caller is gone
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
