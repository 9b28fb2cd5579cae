"""The database check: what users and operators do, straight through the core, in a transaction that is rolled back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import ExitStack

import attrs

from opchat_cli.steps import Steps, expect
from opchat_core import Config, OperatorChat, connect_config
from opchat_core.errors import MessageNotFound
from opchat_core.model import (
    OPERATOR,
    ChatStatus,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Message,
    MessageKey,
    Outcome,
    PendingChange,
)
from opchat_core.ports import Parcel
from opchat_core.postgres import OLDEST_VERSION, survey
from opchat_core.wiring import database_of

_WITHHELD = Deferred(DeliveryError("rehearsal", "This is a rehearsal: nothing is sent."))


class Withhold:
    """A :class:`~opchat_core.ports.Sender` that takes nothing to Telegram, so that answers stay queued."""

    def send(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Send nothing."""
        return [_WITHHELD] * len(parcels)

    def change(self, message: Message, change: PendingChange) -> Outcome:  # noqa: ARG002 - a port's
        """Change nothing."""
        return _WITHHELD

    def show_typing(self, user_id: int) -> None:
        """Show nothing."""

    def is_authorized(self) -> bool:
        """Whether Telegram would let it send: it does not ask."""
        return False


def check_database(config: Config, user_id: int, steps: Steps) -> None:
    """Take the steps, from the connection to the roll-back.

    Args:
        config: The installation.
        user_id: Whose chat to rehearse in; it may exist, and is the same afterwards.
        steps: Tells each step.

    Raises:
        StepFailed: At the first step that fails.
    """
    with ExitStack() as opened:
        with steps("reach the database") as step:
            url = opened.enter_context(database_of(config))
            server = survey(url)
            step.result = f"PostgreSQL {server.version}{', pooled' if server.pooled else ''}"
            expect(
                that=server.major >= OLDEST_VERSION,
                otherwise=f"opchat needs PostgreSQL {OLDEST_VERSION} or newer, this is {server.version}",
            )
        with steps("find the schema") as step:
            expect(
                that=not server.pending,
                otherwise=f"the schema lacks {', '.join(server.pending)}: run `opchat migrate`",
            )
            step.result = "up to date"
        chat = opened.enter_context(connect_config(attrs.evolve(config, database_url=url), migrated=True))
        key = _rehearse(chat, config, user_id, steps)
        with steps("roll everything back") as step:
            expect(that=not _is_ours(chat, key), otherwise="the message of this rehearsal is still there")
            step.result = "no trace"


def _rehearse(chat: OperatorChat, config: Config, user_id: int, steps: Steps) -> tuple[MessageKey, str]:
    text = f"opchat test-direct {secrets.token_hex(8)}"
    number = 2**51 + secrets.randbelow(2**51)
    with chat.rehearsal({OPERATOR: Withhold()}) as rehearsal:
        with steps("as user: store a message") as step:
            message = rehearsal.receive(user_id=user_id, text=text, telegram_message_id=number)
            expect(that=message.text == text, otherwise="the stored text is not what was sent")
            step.result = f"seq {message.seq}"
        with steps("as user: the same message again is known") as step:
            again = rehearsal.receive(user_id=user_id, text=text, telegram_message_id=number)
            expect(that=again.key == message.key, otherwise=f"it was stored twice, as {message.seq} and {again.seq}")
            step.result = f"seq {again.seq}"
        with steps("as operator: find the chat in the list") as step:
            found = [one for one in rehearsal.list_chats(search=str(user_id)).chats if one.user_id == user_id]
            expect(that=bool(found), otherwise="the list does not show the chat")
            expect(that=found[0].unread_count > 0, otherwise="the list shows nothing unread")
            step.result = f"{found[0].unread_count} unread"
        with steps("as operator: read the history") as step:
            history = rehearsal.history(user_id)
            expect(that=history[-1] == message, otherwise="the history does not end with the message")
            step.result = f"{len(history)} messages"
        with steps("as operator: mark it read") as step:
            unread = rehearsal.mark_read(user_id, message.seq).unread_count
            expect(that=unread == 0, otherwise=f"{unread} messages are still unread")
        with steps("as operator: store an answer") as step:
            answer = rehearsal.reply(user_id, text, operator="test-direct")
            status = answer.delivery and answer.delivery.status
            expect(that=status is DeliveryStatus.QUEUED, otherwise=f"the answer is {status}, not queued")
            step.result = f"seq {answer.seq}, {status}"
        with steps("as operator: close the chat") as step:
            step.result = rehearsal.close_chat(user_id).status
            expect(that=step.result == ChatStatus.CLOSED, otherwise="the chat is still open")
        reopens = bool(config.reopen.within)
        with steps(
            f"as user: write again, which {'reopens it' if reopens else 'leaves it closed, by OPCHAT_REOPEN'}"
        ) as step:
            rehearsal.receive(user_id=user_id, text=text)
            step.result = rehearsal.chat(user_id).status
            wanted = ChatStatus.OPEN if reopens else ChatStatus.CLOSED
            expect(that=step.result == wanted, otherwise=f"the chat is {step.result}")
    return message.key, text


def _is_ours(chat: OperatorChat, named: tuple[MessageKey, str]) -> bool:
    key, text = named
    try:
        return chat.message(key).text == text
    except MessageNotFound:
        return False
