"""Files and albums: kept until they have arrived, leaving together, failing one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from tests.support.stores import LEASE, MAX_AGE, OPERATOR, UNHURRIED, WAIT, answer, receive

from opchat_core.delivery import KEPT, ORPHANED
from opchat_core.errors import FileGone, InvalidInput, NotRetryable
from opchat_core.model import (
    Answer,
    ChangeAction,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Lost,
    Media,
    MessageKey,
    MessageType,
    Outcome,
    Pace,
    Rate,
    Refused,
    Sent,
    Upload,
)

if TYPE_CHECKING:
    from opchat_core.model import Message
    from opchat_core.ports import Parcel, Store
    from opchat_core.testing import MovableClock

REJECTED = DeliveryError("message_rejected", "Bad Request")
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _user(store: Store) -> None:
    receive(store)


def keep(store: Store, content: bytes = b"abc", kind: MessageType = MessageType.PHOTO, name: str = "a.png") -> Upload:
    """Keep a file for an answer."""
    number = store.keep_file([content], fingerprint=f"{kind}{name}".encode() + content)
    return Upload(number=number, kind=kind, file_name=name, mime_type="image/png", size=len(content))


def queue(store: Store, *uploads: Upload, text: str = "") -> tuple[Message, ...]:
    """Queue an answer with files."""
    return store.queue_answer(42, OPERATOR, Answer(text=text, files=uploads), operator="anna").messages


def take(store: Store, pace: Pace = UNHURRIED) -> tuple[Parcel, ...]:
    """Claim what is due."""
    return store.claim(OPERATOR, limit=10, lease=LEASE, max_age=MAX_AGE, pace=pace)


def statuses(store: Store) -> list[DeliveryStatus]:
    """How the answers stand."""
    messages = store.list_messages(42, OPERATOR, before=None, limit=None)
    return [message.delivery.status for message in messages if message.delivery]


def test_a_file_comes_back_as_it_was(store: Store) -> None:
    """In pieces of any size, from any place on."""
    content = bytes(range(256)) * 3000
    number = store.keep_file((content[at : at + 1000] for at in range(0, len(content), 1000)), fingerprint=b"f")
    assert b"".join(store.read_file(number)) == content
    assert b"".join(store.read_file(number, start=262_145)) == content[262_145:]
    assert b"".join(store.read_file(number, start=len(content))) == b""
    store.drop_files([number, 999])
    assert b"".join(store.read_file(number)) == b""


def test_an_upload_that_breaks_off_leaves_nothing(store: Store) -> None:
    """Its bytes are erased at once."""

    def broken() -> object:
        yield b"x" * 300_000
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - whatever it was
        store.keep_file(broken(), fingerprint=b"f")  # type: ignore[arg-type] # an iterator is an iterable
    assert store.sweep_files(orphaned=timedelta(0) - MOMENT, kept=KEPT) == 0


def test_an_album_is_taken_together_and_counts_as_its_messages(store: Store, clock: MovableClock) -> None:
    """One claim, one lease that is longer for the files, and the pace of three messages."""
    pace = Pace(chat=Rate(3, timedelta(seconds=3)), bot=Rate(3, timedelta(seconds=3)))
    messages = queue(store, keep(store, b"x" * 131_072), keep(store, b"2"), keep(store, b"3"), text="three")
    assert len({m.media_group_id for m in messages}) == 1
    assert [m.text for m in messages] == ["three", "", ""]
    later = answer(store, text="later")
    parcels = take(store, pace)
    assert [parcel.message.key for parcel in parcels] == [m.key for m in messages]
    assert [b"".join(parcel.file.read()) for parcel in parcels if parcel.file][1:] == [b"2", b"3"]
    for at, parcel in enumerate(parcels):
        store.complete(parcel.message, Sent(at + 1), wait=WAIT, learns=at == 0)
    assert take(store, pace) == ()
    clock.advance(timedelta(seconds=1) - MOMENT)
    assert take(store, pace) == ()
    clock.advance(MOMENT)
    assert [parcel.message.key for parcel in take(store, pace)] == [later.key]


def test_a_file_goes_with_one_message(store: Store) -> None:
    """Not with a second one, nor twice with the same, nor when it is not there: nothing of such an answer is stored."""
    first, second = keep(store), keep(store, b"2")
    (message,) = queue(store, first)
    missing = attrs.evolve(second, number=second.number + 1)
    for files in ((second, first), (second, second), (missing,)):
        with pytest.raises(InvalidInput, match="files"):
            queue(store, *files)
    assert statuses(store) == [DeliveryStatus.QUEUED]
    assert store.find_file(message.key) == first.number
    assert len(queue(store, second)) == 1, "what was refused is still free"


def test_a_lease_of_files_is_longer(store: Store, clock: MovableClock) -> None:
    """A second for each 128 KiB."""
    queue(store, keep(store, b"x" * 131_072))
    take(store)
    clock.advance(LEASE)
    take(store)
    assert statuses(store) == [DeliveryStatus.SENDING]
    clock.advance(timedelta(seconds=1))
    take(store)
    assert statuses(store) == [DeliveryStatus.UNKNOWN]


def test_an_album_partly_refused_goes_on_without_the_culprit(store: Store, clock: MovableClock) -> None:
    """The others are queued and leave together; the one is tried again alone."""
    messages = queue(store, *(keep(store, bytes([n])) for n in range(3)))
    outcomes: list[Outcome] = [Deferred(REJECTED), Refused(REJECTED), Deferred(REJECTED)]
    for parcel, outcome in zip(take(store), outcomes, strict=True):
        store.complete(parcel.message, outcome, wait=WAIT)
    assert statuses(store) == [DeliveryStatus.QUEUED, DeliveryStatus.FAILED, DeliveryStatus.QUEUED]
    clock.advance(WAIT)
    rest = take(store)
    assert [parcel.message.seq for parcel in rest] == [messages[0].seq, messages[2].seq]
    for parcel in rest:
        store.complete(parcel.message, Sent(parcel.message.seq), wait=WAIT)
    store.settle(messages[1].key, DeliveryStatus.QUEUED)
    assert [parcel.message.seq for parcel in take(store)] == [messages[1].seq]


def test_a_file_that_has_arrived_is_kept_no_longer_and_known_by_its_name(store: Store) -> None:
    """The same file of the same name and kind is not uploaded again, unless Telegram does not know it."""
    (message,) = queue(store, keep(store))
    assert message.media == Media(file_name="a.png", mime_type="image/png", file_size=3)
    (parcel,) = take(store)
    assert parcel.file is not None
    assert parcel.file.known_file_id is None
    assert store.find_file(message.key) == parcel.file.number
    stored = store.complete(parcel.message, Sent(7, Media(file_id="F", width=9)), wait=WAIT)
    assert stored is not None
    assert stored.media == Media(file_id="F", file_name="a.png", mime_type="image/png", file_size=3, width=9)
    assert store.find_file(message.key) is None
    assert b"".join(store.read_file(parcel.file.number)) == b""
    queue(store, keep(store), keep(store, name="b.png"))
    again, other = take(store)
    assert again.file is not None
    assert (again.file.known_file_id, other.file and other.file.known_file_id) == ("F", None)
    store.forget_file_id(OPERATOR, again.file.number)
    store.complete(again.message, Deferred(REJECTED), wait=timedelta(0))
    store.complete(other.message, Sent(8), wait=WAIT)
    assert [p.file and p.file.known_file_id for p in take(store)] == [None]


def test_the_name_of_a_file_is_forgotten_after_ninety_days_without_use(store: Store, clock: MovableClock) -> None:
    """Each time that it is sent counts; what nobody sends again is not remembered for ever."""
    pauses = (timedelta(days=90), timedelta(days=90), timedelta(days=90) + MOMENT, timedelta(0))
    known = []
    for pause in pauses:
        queue(store, keep(store))
        (parcel,) = take(store)
        known.append(parcel.file and parcel.file.known_file_id)
        store.complete(parcel.message, Sent(parcel.message.seq, Media(file_id="F")), wait=WAIT)
        clock.advance(pause)
        store.sweep_files(orphaned=ORPHANED, kept=KEPT)
    assert known == [None, "F", "F", None]


def test_a_file_is_kept_for_a_week_for_whoever_tries_again(store: Store, clock: MovableClock) -> None:
    """Failed or in doubt, a person may send it again; then it is gone, and that is said."""
    (failed,) = queue(store, keep(store))
    store.complete(take(store)[0].message, Refused(REJECTED), wait=WAIT)
    (doubtful,) = queue(store, keep(store, b"2"))
    store.complete(take(store)[0].message, Lost(REJECTED), wait=WAIT)
    clock.advance(KEPT)
    assert store.sweep_files(orphaned=ORPHANED, kept=KEPT) == 0
    store.settle(failed.key, DeliveryStatus.QUEUED)
    clock.advance(MOMENT)
    assert store.sweep_files(orphaned=ORPHANED, kept=KEPT) == 1, "what is queued again is kept"
    with pytest.raises(FileGone):
        store.settle(doubtful.key, DeliveryStatus.QUEUED)
    assert store.settle(doubtful.key, DeliveryStatus.SENT).delivery is not None
    assert [p.file and b"".join(p.file.read()) for p in take(store)] == [b"abc"]


def test_an_upload_without_an_answer_is_swept(store: Store, clock: MovableClock) -> None:
    """Whoever uploaded it went away."""
    upload = keep(store)
    clock.advance(ORPHANED)
    assert store.sweep_files(orphaned=ORPHANED, kept=KEPT) == 0
    clock.advance(MOMENT)
    assert store.sweep_files(orphaned=ORPHANED, kept=KEPT) == 1
    assert b"".join(store.read_file(upload.number)) == b""


def test_forgetting_a_chat_forgets_its_files(store: Store) -> None:
    """The bytes, too."""
    upload = keep(store)
    queue(store, upload)
    store.forget_chat(42, OPERATOR)
    assert b"".join(store.read_file(upload.number)) == b""


def test_a_file_that_is_deleted_before_it_is_sent_never_leaves(store: Store) -> None:
    """Its bytes go at once, and nobody can send it again."""
    upload = keep(store)
    (message,) = queue(store, upload)
    gone = store.request_change(message.key, ChangeAction.DELETE, operator="anna", window=KEPT)
    assert gone.deleted_at is not None
    assert gone.delivery is not None
    assert (gone.delivery.status, gone.delivery.error and gone.delivery.error.code) == (
        DeliveryStatus.FAILED,
        "deleted",
    )
    assert b"".join(store.read_file(upload.number)) == b""
    assert take(store) == ()
    with pytest.raises(NotRetryable):
        store.settle(message.key, DeliveryStatus.QUEUED)
    assert store.find_file(MessageKey(42, OPERATOR, 99)) is None
