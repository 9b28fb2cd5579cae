"""The operator's side: answers, and what becomes of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Unpack, cast

from opchat_core.errors import InvalidInput, Unavailable
from opchat_core.model import OPERATOR, Action, Answer, DeliveryStatus, Message, MessageKey, Part, message_subject
from opchat_core.model.given import AnswerFields
from opchat_core.ports import Backlog, Queued
from opchat_core.recorded import recorded
from opchat_core.service.uploading import Uploading

_log = logging.getLogger(__name__)


class Answering(Uploading):
    """Answers users."""

    def reply(
        self,
        user_id: int,
        text: str,
        *,
        operator: str | None = None,
        bot_type: str = OPERATOR,
        **fields: Unpack[AnswerFields],
    ) -> Message:
        """Answer a user: store the answer, then send it.

        Args:
            user_id: The user of the chat.
            text: What to say; longer texts go out in several messages.
            operator: Who says it.
            bot_type: Through which bot.
            **fields: More fields of :class:`~opchat_core.model.Answer`; for its ``files`` see :meth:`upload`.

        Returns:
            The answer (of several messages, the first) as it stands after the first attempt; see ``delivery.status``.

        Raises:
            InvalidInput: If a field breaks its rule; nothing is stored.
            UserNotFound: If there is no such chat.
            TelegramNotConfigured: If there is no token for this bot; nothing is stored.
            AnsweredByColleague: If a colleague has answered since ``last_seen_seq``; nothing is stored.
            Unavailable: If the store is away; the same ``client_message_id`` makes trying again safe.
        """
        answer = Answer(text=text, **cast("dict[str, Any]", fields))
        return self.send(user_id, answer, operator=operator, bot_type=bot_type).messages[0]

    def send(self, user_id: int, answer: Answer, *, operator: str | None, bot_type: str = OPERATOR) -> Queued:
        """Answer a user and say what became of it; see :meth:`reply`.

        The answer's files are kept until they have arrived; if it is not stored, they are erased.

        Raises:
            InvalidInput: As :meth:`reply`; also if ``answer.quote`` is not in the message that it answers.
        """
        queued = None
        try:
            self.courier.require(bot_type)
            quote = self._find_quote(user_id, bot_type, answer)
            with self._store.together() as store:
                queued = store.queue_answer(user_id, bot_type, answer, operator=operator, quote=quote)
                if not queued.duplicate:
                    store.record(Action.SEND, actor=operator, subject=message_subject(queued.messages[0].key))
        finally:
            if answer.files and (queued is None or queued.duplicate):
                self.discard(answer.files)
        if queued.duplicate:
            return queued
        for message in queued.messages:
            self.hooks.on_message.tell(message)
        return Queued(self._attempt(queued.messages))

    def _find_quote(self, user_id: int, bot_type: str, answer: Answer) -> Mapping[str, Any] | None:
        if answer.quote is None or answer.reply_to is None:
            return None
        message = self._store.find_message(MessageKey(user_id, bot_type, answer.reply_to))
        found = message and answer.quote.found_in(Part(message.text, message.entities))
        if message and not found:
            raise InvalidInput.of("quote", "is not in the message that is answered")
        return found or None

    def retry(self, key: MessageKey, *, operator: str | None = None) -> Message:
        """Try a failed or doubtful answer again: a person's decision, for it may arrive twice.

        Args:
            key: Which answer.
            operator: Who decides it.

        Raises:
            MessageNotFound: If there is no such message.
            NotRetryable: If it is neither ``failed`` nor ``unknown``.
            FileGone: If its file was kept for a week and is gone.
            TelegramNotConfigured: If there is no token for this bot.
        """
        self.courier.require(key.bot_type)
        with recorded(self._store, Action.RETRY, operator, message_subject(key)) as store:
            settled = store.settle(key, DeliveryStatus.QUEUED)
        self.hooks.on_delivery.tell(settled)
        return self._attempt((settled,))[0]

    def mark_delivered(self, key: MessageKey, *, arrived: bool, operator: str | None = None) -> Message:
        """End the doubt about an ``unknown`` answer by a person's word: it arrived, or it did not.

        Args:
            key: Which answer.
            arrived: Whether it reached the user.
            operator: Who says so.

        Raises:
            MessageNotFound: If there is no such message.
            NotRetryable: If it is not ``unknown``.
        """
        with self._store.together() as store:
            settled = store.settle(key, DeliveryStatus.SENT if arrived else DeliveryStatus.FAILED)
            store.record(Action.MARK, actor=operator, subject=message_subject(key))
        self.hooks.on_delivery.tell(settled)
        return settled

    def backlog(self, *, bot_type: str = OPERATOR) -> Backlog:
        """Sum up what waits to be sent."""
        return self._store.backlog(bot_type)

    def _attempt(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Try to send stored answers at once and read how they stand; a worker takes what is left."""
        last = messages[-1]
        try:
            self.courier.deliver_chat(last.user_id, last.bot_type, upto=last.seq)
            return tuple(self._store.find_message(message.key) or message for message in messages)
        except Unavailable as error:  # they are stored, and that is what the caller must know
            _log.warning("delivery.first_attempt_put_off", extra={"reason": str(error)})
            return messages
