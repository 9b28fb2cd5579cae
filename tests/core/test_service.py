"""What happens in an operator chat, through the library's front door."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.stores import OPERATOR

from opchat_core.config import Config
from opchat_core.delivery import Courier
from opchat_core.errors import (
    AnsweredByColleague,
    DatabaseUnavailable,
    ForbiddenDirection,
    ForbiddenEdit,
    InvalidInput,
    MessageNotFound,
    NotRetryable,
    TelegramNotConfigured,
    UserNotFound,
)
from opchat_core.model import (
    ChatStatus,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    IncomingMessage,
    Lost,
    Message,
    MessageKey,
    Outcome,
    Refused,
    ReopenRule,
    Sent,
)
from opchat_core.ports import Change, MessageVersion, Parcel
from opchat_core.service import OperatorChat
from opchat_core.testing import InMemoryFeed, InMemoryRepository, MovableClock, RecordingSender

if TYPE_CHECKING:
    from collections.abc import Callable

TIMED_OUT = DeliveryError("answer_lost", "ReadTimeout")


def test_the_whole_conversation(chat: OperatorChat, sender: RecordingSender) -> None:
    """The example of the contract: a question, an answer, the history, the end."""
    chat.receive(user_id=42, text="Where is my order?", first_name="Anna")
    answer = chat.reply(42, "On its way!")
    assert answer.delivery is not None
    assert answer.delivery.status is DeliveryStatus.SENT
    assert [(m.direction.value, m.text) for m in chat.history(42)] == [
        ("in", "Where is my order?"),
        ("out", "On its way!"),
    ]
    assert chat.close_chat(42).status is ChatStatus.CLOSED
    assert sender.texts == ["On its way!"]


# The user's side


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"direction": "out"}, ForbiddenDirection), ({"edited": True, "telegram_message_id": 1}, ForbiddenEdit)],
)
def test_what_only_the_verified_may_do(chat: OperatorChat, fields: dict[str, Any], error: type[Exception]) -> None:
    """A stranger neither puts words into an operator's mouth nor changes a user's."""
    message = IncomingMessage(user_id=42, text="x", **fields)
    with pytest.raises(error):
        chat.take_in(message, verified=False)
    with pytest.raises(UserNotFound):
        chat.chat(42)
    assert chat.take_in(message, verified=True).message.seq == 1


def test_a_stranger_does_not_set_the_time(chat: OperatorChat, clock: MovableClock) -> None:
    """The time that an unverified caller claims is passed over; a verified one's holds."""
    long_ago = clock.now() - timedelta(days=9)
    assert chat.receive(user_id=42, text="x", created_at=long_ago, verified=False).created_at == clock.now()
    assert chat.receive(user_id=42, text="x", created_at=long_ago).created_at == long_ago


def test_the_reopening_rule_is_the_installations(store: InMemoryRepository, courier: Courier) -> None:
    """One rule for all chats, given once."""
    chat = OperatorChat(store, courier, InMemoryFeed(), config=Config(reopen=ReopenRule(timedelta(0))))
    chat.receive(user_id=42, text="x")
    chat.close_chat(42)
    chat.receive(user_id=42, text="y")
    assert chat.chat(42).status is ChatStatus.CLOSED
    assert chat.reopen_chat(42).status is ChatStatus.OPEN


def test_an_edit_keeps_what_was_said_before(chat: OperatorChat, clock: MovableClock) -> None:
    """The versions can be read."""
    written = clock.now()
    message = chat.receive(user_id=42, text="helo", telegram_message_id=7)
    chat.receive(user_id=42, text="hello", telegram_message_id=7, edited=True)
    assert chat.message(message.key).text == "hello"
    assert chat.versions(message.key) == (MessageVersion("helo", written),)


# Lists and pages


def test_the_list_comes_in_pages(chat: OperatorChat, clock: MovableClock) -> None:
    """A page tells where the next one starts; the last one tells that there is none."""
    for user_id in (1, 2, 3):
        chat.receive(user_id=user_id, text="x")
        clock.advance(timedelta(seconds=1))
    first = chat.list_chats(limit=2)
    assert [c.user_id for c in first.chats] == [3, 2]
    assert first.next_cursor is not None
    second = chat.list_chats(limit=2, cursor=first.next_cursor)
    assert [c.user_id for c in second.chats] == [1]
    assert second.next_cursor is None
    assert (second.counts.open, second.counts.closed) == (3, 0)
    assert chat.list_chats(limit=3).next_cursor is None


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_pages_have_bounds(chat: OperatorChat, limit: int) -> None:
    """From 1 to 200."""
    with pytest.raises(InvalidInput, match="limit must be an integer from 1 to 200"):
        chat.list_chats(limit=limit)


def test_a_search_of_white_space_is_none(chat: OperatorChat) -> None:
    """What is typed is read as words; no words find everybody."""
    chat.receive(user_id=1, text="x", first_name="Anna", last_name="Ray")
    chat.receive(user_id=2, text="x")
    assert len(chat.list_chats(search="  ").chats) == 2
    assert [c.user_id for c in chat.list_chats(search="  anna \t ray ").chats] == [1]


@pytest.mark.parametrize("search", ["a\x00b", "\ud800", "x" * 257])
def test_a_search_that_no_name_could_match_is_refused(chat: OperatorChat, search: str) -> None:
    """What cannot be stored cannot be searched for, and never reaches the store."""
    with pytest.raises(InvalidInput, match="search must"):
        chat.list_chats(search=search)


def test_a_page_of_history_says_whether_there_is_more(chat: OperatorChat) -> None:
    """The number to ask with for older messages, until the first one is there."""
    for number in range(1, 6):
        chat.receive(user_id=42, text=str(number))
    page = chat.read_chat(42, limit=2)
    assert [m.text for m in page.messages] == ["4", "5"]
    assert page.next_before == 4
    page = chat.read_chat(42, limit=9, before=4)
    assert [m.text for m in page.messages] == ["1", "2", "3"]
    assert page.next_before is None
    assert chat.read_chat(42, before=1).next_before is None


def test_what_changed_since_a_revision(chat: OperatorChat) -> None:
    """Whoever has a page asks for the rest by its revision; a page and changes are two questions."""
    chat.receive(user_id=42, text="one")
    revision = chat.read_chat(42).chat.revision
    chat.receive(user_id=42, text="two")
    page = chat.read_chat(42, after=revision)
    assert [m.text for m in page.messages] == ["two"]
    assert chat.read_chat(42, after=page.chat.revision).messages == ()
    for limit, before in ((1, None), (None, 1)):
        with pytest.raises(InvalidInput, match="after must not be combined"):
            chat.read_chat(42, after=0, limit=limit, before=before)


def test_reading_changes_nothing(chat: OperatorChat) -> None:
    """Only marking read does."""
    chat.receive(user_id=42, text="one")
    before = chat.chat(42)
    chat.history(42)
    chat.read_chat(42, after=0)
    chat.list_chats()
    assert chat.chat(42) == before
    assert chat.mark_read(42, 1).unread_count == 0


def test_who_is_not_there_is_told_by_one_error(chat: OperatorChat) -> None:
    """Every question about a chat that does not exist has the same answer."""
    calls: list[Callable[[], object]] = [
        lambda: chat.chat(42),
        lambda: chat.history(42),
        lambda: chat.read_chat(42, after=0),
        lambda: chat.mark_read(42, 1),
        lambda: chat.close_chat(42),
        lambda: chat.reopen_chat(42),
        lambda: chat.set_blocked(42, blocked=True),
        lambda: chat.reply(42, "x"),
    ]
    for call in calls:
        with pytest.raises(UserNotFound):
            call()
    for key in (MessageKey(42, OPERATOR, 1),):
        with pytest.raises(MessageNotFound):
            chat.message(key)
        with pytest.raises(MessageNotFound):
            chat.retry(key)
        with pytest.raises(MessageNotFound):
            chat.mark_delivered(key, arrived=True)


# The operator's side


def test_an_answer_is_stored_before_telegram_is_called(
    chat: OperatorChat, store: InMemoryRepository, sender: RecordingSender
) -> None:
    """When the sender starts, anybody can already read the answer, and that it is being sent."""
    seen: list[Message | None] = []

    def look(message: Message) -> Outcome:
        seen.append(store.find_message(message.key))
        return Sent(5)

    sender.script(look)
    chat.receive(user_id=42, text="x")
    chat.reply(42, "hello")
    (stored,) = seen
    assert stored is not None
    assert stored.text == "hello"
    assert stored.delivery is not None
    assert stored.delivery.status is DeliveryStatus.SENDING


def test_without_a_token_nothing_is_stored(store: InMemoryRepository) -> None:
    """Receiving and reading work; answering says why it does not."""
    chat = OperatorChat(store, Courier(store, {}), InMemoryFeed())
    chat.receive(user_id=42, text="x")
    with pytest.raises(TelegramNotConfigured):
        chat.reply(42, "hello")
    with pytest.raises(TelegramNotConfigured):
        chat.retry(MessageKey(42, OPERATOR, 1))
    assert len(chat.history(42)) == 1


def test_a_repeated_request_sends_nothing(chat: OperatorChat, sender: RecordingSender) -> None:
    """The same key again returns the first answer as it stands now."""
    chat.receive(user_id=42, text="x")
    first = chat.reply(42, "hello", client_message_id="key")
    assert chat.reply(42, "hello", client_message_id="key") == first
    assert sender.texts == ["hello"]


def test_a_colleague_was_faster(chat: OperatorChat, sender: RecordingSender) -> None:
    """The second operator is shown what the first one said, and sends nothing."""
    chat.receive(user_id=42, text="x")
    chat.reply(42, "by bob", operator="bob")
    with pytest.raises(AnsweredByColleague) as caught:
        chat.reply(42, "by anna", operator="anna", last_seen_seq=1)
    assert [m.text for m in caught.value.messages] == ["by bob"]
    assert sender.texts == ["by bob"]


def test_a_long_answer_goes_out_in_parts(chat: OperatorChat, sender: RecordingSender) -> None:
    """In order, and joined they are what was typed."""
    text = "word " * 2000
    chat.receive(user_id=42, text="x")
    chat.reply(42, text)
    assert len(sender.texts) == 3
    assert "".join(sender.texts) == text


def test_an_answer_that_breaks_a_rule_is_not_stored(chat: OperatorChat, sender: RecordingSender) -> None:
    """Blank text, a lone surrogate, a message that is not there."""
    chat.receive(user_id=42, text="x")
    for text, reply_to in ((" ", None), ("\ud800", None), ("x", 9)):
        with pytest.raises(InvalidInput):
            chat.reply(42, text, reply_to=reply_to)
    assert len(chat.history(42)) == 1
    assert sender.parcels == []


def test_an_answer_that_must_wait_says_so(chat: OperatorChat, sender: RecordingSender) -> None:
    """The caller learns the truth after the first attempt, and a worker does the rest."""
    sender.script(Deferred(DeliveryError("rate_limited", "retry after 5"), timedelta(seconds=5)))
    chat.receive(user_id=42, text="x")
    answer = chat.reply(42, "hello")
    assert answer.delivery is not None
    assert answer.delivery.status is DeliveryStatus.QUEUED
    assert chat.backlog().queued == 1


def test_retry_is_a_persons_decision(chat: OperatorChat, sender: RecordingSender) -> None:
    """A doubtful answer goes again when somebody says so; one that arrived does not."""
    sender.script(Lost(TIMED_OUT), Refused(DeliveryError("message_rejected", "no")))
    chat.receive(user_id=42, text="x")
    answer = chat.reply(42, "hello")
    failed = chat.retry(answer.key)
    assert failed.delivery is not None
    assert (failed.delivery.status, failed.delivery.attempts) == (DeliveryStatus.FAILED, 2)
    sent = chat.retry(answer.key)
    assert sent.delivery is not None
    assert (sent.delivery.status, sent.delivery.attempts) == (DeliveryStatus.SENT, 3)
    with pytest.raises(NotRetryable):
        chat.retry(answer.key)


@pytest.mark.parametrize(("arrived", "status"), [(True, DeliveryStatus.SENT), (False, DeliveryStatus.FAILED)])
def test_a_person_marks_what_is_in_doubt(
    chat: OperatorChat, sender: RecordingSender, *, arrived: bool, status: DeliveryStatus
) -> None:
    """Nothing is sent for it."""
    sender.script(Lost(TIMED_OUT))
    chat.receive(user_id=42, text="x")
    marked = chat.mark_delivered(chat.reply(42, "hello").key, arrived=arrived)
    assert marked.delivery is not None
    assert marked.delivery.status is status
    assert len(sender.parcels) == 1


class AwayAfterQueueing(InMemoryRepository):
    """A store that goes away just after an answer was stored."""

    def claim(self, bot_type: str, **options: Any) -> tuple[Parcel, ...]:
        raise DatabaseUnavailable("away")


def test_a_stored_answer_is_a_success_though_the_store_goes_away(clock: MovableClock) -> None:
    """It is queued and will leave; an error would make the operator send it twice."""
    store = AwayAfterQueueing(clock)
    chat = OperatorChat(store, Courier(store, {OPERATOR: RecordingSender()}), InMemoryFeed())
    chat.receive(user_id=42, text="x")
    answer = chat.reply(42, "hello")
    assert answer.delivery is not None
    assert answer.delivery.status is DeliveryStatus.QUEUED


# The keeper's side


def test_changes_are_told(chat: OperatorChat) -> None:
    """A subscriber hears of every change of a chat, the newest revision standing for those before it."""
    with chat.changes() as changes:
        chat.receive(user_id=42, text="x")
        chat.receive(user_id=42, text="y")
        chat.receive(user_id=43, text="z")
        assert changes.wait(1) == (Change(42, OPERATOR, 2), Change(43, OPERATOR, 1))
        assert changes.wait(0) == ()


def test_a_users_data_can_be_taken_out_and_erased(chat: OperatorChat) -> None:
    """Everything under every bot, or one chat only."""
    chat.receive(user_id=42, text="one")
    chat.receive(user_id=42, text="two", bot_type="shop")
    assert chat.bot_types(42) == (OPERATOR, "shop")
    assert [m.text for bot_type in chat.bot_types(42) for m in chat.export(42, bot_type=bot_type)] == ["one", "two"]
    assert chat.forget(42, bot_type="shop") == 1
    assert chat.forget(42) == 1
    assert chat.forget(42) == 0
    assert chat.bot_types(42) == ()


def test_a_rehearsal_leaves_no_trace_and_sends_nothing(chat: OperatorChat, sender: RecordingSender) -> None:
    """Everything can be tried but sending."""
    chat.check()
    with chat.rehearsal() as rehearsal:
        rehearsal.receive(user_id=42, text="x")
        assert rehearsal.close_chat(42).status is ChatStatus.CLOSED
        with pytest.raises(TelegramNotConfigured):
            rehearsal.reply(42, "hello")
    with pytest.raises(UserNotFound):
        chat.chat(42)
    assert sender.parcels == []


def test_closing_gives_back_what_was_borrowed(store: InMemoryRepository, courier: Courier) -> None:
    """At the end of a with block, also after an error."""
    closed: list[bool] = []

    def use() -> None:
        with OperatorChat(store, courier, InMemoryFeed(), on_close=lambda: closed.append(True)):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use()
    assert closed == [True]
