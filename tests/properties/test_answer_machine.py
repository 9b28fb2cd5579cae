"""The same machine with files, albums and wishes: PostgreSQL does with them what the store in memory does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from tests.properties.test_chat_machine import (
    BOTS,
    LEASE,
    MAX_AGE,
    PACE,
    ChatMachine,
    bots,
    outcomes,
    seqs,
    texts,
    users,
)

from opchat_core.model import (
    Answer,
    ChangeAction,
    Media,
    Message,
    MessageKey,
    MessageType,
    Outcome,
    Part,
    Sent,
    Upload,
)
from opchat_core.postgres import Database, lend, open_pool

if TYPE_CHECKING:
    from opchat_core.ports import Store

kinds = st.sampled_from([MessageType.PHOTO, MessageType.DOCUMENT, MessageType.VOICE])
files = st.lists(st.tuples(kinds, st.sampled_from([1, 2, 200_000])), min_size=1, max_size=3)
WINDOW, WAIT = timedelta(minutes=3), timedelta(seconds=4)


class AnswerMachine(ChatMachine):
    """The chat machine, whose operators send files and change their minds."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[Message] = []

    @rule(user_id=users, found=files, text=st.just("") | texts, key=st.none() | st.just("k"))
    def send_files(self, user_id: int, found: list[tuple[MessageType, int]], text: str, key: str | None) -> None:
        """An operator sends files; what is stored of them looks the same, whatever their numbers are."""

        def send(store: Store) -> Any:
            uploads = [
                Upload(
                    number=store.keep_file([b"x" * size], fingerprint=f"{kind}{size}".encode()),
                    kind=kind,
                    file_name="a",
                    mime_type="a/b",
                    size=size,
                )
                for kind, size in found
            ]
            answer = Answer(text=text, files=uploads, client_message_id=key)
            return store.queue_answer(user_id, BOTS[0], answer, operator="anna", quote={"text": "h", "position": 0})

        self.both(send)

    @rule(user_id=users, outcome=st.just(Sent(9, Media(file_id="F", width=3))) | outcomes)
    def deliver_album(self, user_id: int, outcome: Outcome) -> None:
        """What is due in a chat is taken together, with the bytes of its files, and ends as one."""

        def deliver(store: Store) -> Any:
            changed = store.claim(BOTS[0], limit=1, lease=LEASE, max_age=MAX_AGE, pace=PACE, user_id=user_id)
            return [
                (
                    parcel.message,
                    parcel.reply_to_telegram_message_id,
                    parcel.file and (parcel.file.known_file_id, b"".join(parcel.file.read())),
                    parcel.message.is_under_way
                    and store.complete(parcel.message, outcome, wait=WAIT, learns=parcel is changed[0]),
                )
                for parcel in changed
            ]

        self.both(deliver)

    @rule(user_id=users, bot_type=bots, seq=seqs, action=st.sampled_from(ChangeAction), text=texts)
    def want(self, user_id: int, bot_type: str, seq: int, action: ChangeAction, text: str) -> None:
        """An operator changes their mind."""
        part = Part(text) if action is ChangeAction.EDIT else None
        key = MessageKey(user_id, bot_type, seq)
        self.both(lambda s: s.request_change(key, action, operator="anna", window=WINDOW, text=part))

    @rule(bot_type=bots)
    def take_wishes(self, bot_type: str) -> None:
        """A worker looks what Telegram is to be told."""

        def take(store: Store) -> list[Message]:
            taken = store.claim_changes(bot_type, limit=10, lease=LEASE)
            return sorted(taken, key=lambda message: (message.user_id, message.seq))

        self.wanted += self.both(take)

    @precondition(lambda self: self.wanted)
    @rule(outcome=st.just(Sent(1)) | outcomes, back=st.sampled_from([1, 1, 2]))
    def tell(self, outcome: Outcome, back: int) -> None:
        """Telegram has answered, to the last wish or to an older one."""
        message = self.wanted[-min(back, len(self.wanted))]
        self.both(lambda s: s.complete_change(message, outcome, wait=WAIT))

    @rule()
    def sweep(self) -> None:
        """Files go that nobody will send."""
        self.both(lambda s: s.sweep_files(orphaned=timedelta(seconds=20), kept=timedelta(minutes=4)))


@pytest.mark.timeout(600)
def test_both_stores_do_the_same_with_files_and_wishes(migrated_url: str) -> None:
    """Whatever operators, workers and Telegram do."""
    with open_pool(migrated_url, size=2) as pool:
        AnswerMachine.url, AnswerMachine.database = migrated_url, Database(lend(pool))
        run_state_machine_as_test(
            AnswerMachine,
            settings=settings(
                max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
