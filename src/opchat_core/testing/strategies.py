"""What Hypothesis draws from: users, messages and updates as Telegram could send them. Needs ``hypothesis``.

Everything drawn is valid: opchat stores it. Simple values come first, so that an example that fails shrinks to one that
can be read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from opchat_core.model import IncomingMessage, Media, MessageType, User
from opchat_core.model.rules import MAX_ID
from opchat_core.model.text import utf16_length

Json = dict[str, Any]

_FIRST_DAY = datetime(2015, 6, 24)  # noqa: DTZ001 - Hypothesis wants its bounds naive; the day when bots began
_LAST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - the same; not ahead of any test's clock
_FILES = (
    MessageType.PHOTO,
    MessageType.VIDEO,
    MessageType.DOCUMENT,
    MessageType.VOICE,
    MessageType.AUDIO,
    MessageType.ANIMATION,
)
"""Kinds that carry a file and may have a caption."""


def texts(*, most: int = 200) -> st.SearchStrategy[str]:
    """Texts that are not blank, with whatever people's keyboards have: emoji, right-to-left scripts, line breaks.

    Args:
        most: UTF-16 units at most; Telegram takes 4096, which only makes examples hard to read.
    """
    storable = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    written = st.text(storable, min_size=1, max_size=most)
    return written.filter(lambda text: bool(text.strip()) and utf16_length(text) <= most)


def user_ids() -> st.SearchStrategy[int]:
    """Telegram user ids, 1 to 2^52."""
    return st.integers(1, MAX_ID)


def users() -> st.SearchStrategy[User]:
    """People with a first name, and sometimes with the rest."""
    return st.builds(
        User,
        user_id=user_ids(),
        first_name=texts(most=64),
        last_name=st.none() | texts(most=64),
        username=st.none() | _usernames(),
        language_code=st.none() | st.sampled_from(["en", "ru", "de", "pt-br", "zh-hans"]),
    )


def incoming_messages(**fixed: Any) -> st.SearchStrategy[IncomingMessage]:
    """What users write: texts, and files with and without a caption.

    Args:
        **fixed: Fields of :class:`~opchat_core.IncomingMessage` that are to have this value, as ``user_id=42``.
    """
    common: dict[str, st.SearchStrategy[Any]] = {
        "user_id": user_ids(),
        "telegram_message_id": st.integers(1, 2**31),
        "first_name": st.none() | texts(most=64),
        "created_at": st.none() | st.datetimes(_FIRST_DAY, _LAST_DAY, timezones=st.just(UTC)),
    }
    text = {**common, "text": texts()}
    file = {
        **common,
        "text": st.just("") | texts(),
        "message_type": st.sampled_from(_FILES),
        "media": st.builds(Media, file_id=_file_ids(), file_size=st.none() | st.integers(0, 20 * 2**20)),
    }
    given = {name: st.just(value) for name, value in fixed.items()}
    return st.builds(IncomingMessage, **{**text, **given}) | st.builds(IncomingMessage, **{**file, **given})


def updates(user: User | None = None) -> st.SearchStrategy[Json]:
    """Updates of the Bot API in which a user writes or edits a message in a private chat, as JSON.

    Args:
        user: Who writes; by default anybody.
    """

    @st.composite
    def update(draw: st.DrawFn) -> Json:
        writer = user or draw(users())
        kind = draw(st.sampled_from(["message", "edited_message"]))
        date = int(draw(st.datetimes(_FIRST_DAY, _LAST_DAY, timezones=st.just(UTC))).timestamp())
        names = {"first_name": writer.first_name or "Anna", "last_name": writer.last_name, "username": writer.username}
        known = {"id": writer.user_id, **{name: value for name, value in names.items() if value is not None}}
        message = {
            "message_id": draw(st.integers(1, 2**31)),
            "from": {
                **known,
                "is_bot": False,
                **({"language_code": writer.language_code} if writer.language_code else {}),
            },
            "chat": {**known, "type": "private"},
            "date": date,
            **({"edit_date": date} if kind == "edited_message" else {}),
            **draw(_contents()),
        }
        return {"update_id": draw(st.integers(1, 2**31)), kind: message}

    return update()


def _contents() -> st.SearchStrategy[Json]:
    """What makes a message the kind that it is."""
    file = st.fixed_dictionaries({"file_id": _file_ids(), "file_unique_id": _file_ids()})
    nothing: Json = {}
    caption = st.just(nothing) | st.fixed_dictionaries({"caption": texts()})
    size = st.fixed_dictionaries({"width": st.integers(1, 4000), "height": st.integers(1, 4000)})
    photo = st.builds(lambda one, pixels: {"photo": [one | pixels]}, file, size)
    document = st.fixed_dictionaries({"document": file})
    voice = st.fixed_dictionaries({"voice": st.builds(lambda one, seconds: one | seconds, file, _durations())})
    place = st.fixed_dictionaries({"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)})
    phone = st.fixed_dictionaries({"phone_number": st.from_regex(r"\+[0-9]{7,15}", fullmatch=True)})
    contact = st.builds(lambda number, name: number | {"first_name": name}, phone, texts(most=64))
    return st.one_of(
        st.fixed_dictionaries({"text": texts()}),
        st.builds(lambda one, words: one | words, photo | document | voice, caption),
        st.fixed_dictionaries({"location": place}),
        st.fixed_dictionaries({"contact": contact}),
    )


def _durations() -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({"duration": st.integers(0, 3600)})


def _usernames() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z][a-z0-9_]{4,31}", fullmatch=True)


def _file_ids() -> st.SearchStrategy[str]:
    return st.from_regex(r"[A-Za-z0-9_-]{8,40}", fullmatch=True)
