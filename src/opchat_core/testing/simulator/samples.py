"""One of each: what a person can send, ready to be sent, for tests of every kind and for the phone page.

The pictures, films and sounds are made of one drawn teapot and one tone, and are real files of their formats.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from attrs import Factory, frozen

if TYPE_CHECKING:
    from .values import Json


@frozen
class SampleFile:
    """A file that comes with the simulator.

    Attributes:
        kind: As what it is sent.
        file_name: Its name here, and on the phone.
        told: What the phone tells of it.
    """

    kind: str
    file_name: str
    told: Json = Factory(dict)

    def read(self) -> bytes:
        """Return the file."""
        return files(__package__).joinpath("sample_files", self.file_name).read_bytes()


_WAVE = {"emoji": "\N{WAVING HAND SIGN}"}

SAMPLE_FILES = {
    "photo": SampleFile("photo", "photo.jpg"),
    "video": SampleFile("video", "video.mp4", {"width": 320, "height": 180, "duration": 3}),
    "animation": SampleFile("animation", "animation.mp4", {"width": 320, "height": 180, "duration": 3}),
    "video_note": SampleFile("video_note", "video_note.mp4", {"length": 240, "duration": 3}),
    "voice": SampleFile("voice", "voice.ogg", {"duration": 3}),
    "audio": SampleFile("audio", "audio.mp3", {"duration": 3, "title": "Kettle", "performer": "Samples"}),
    "document": SampleFile("document", "document.pdf"),
    "sticker": SampleFile("sticker", "sticker.webp", _WAVE),
    "animated_sticker": SampleFile("sticker", "sticker.tgs", _WAVE),
    "video_sticker": SampleFile("sticker", "sticker.webm", _WAVE),
}

_PLACE: Json = {"latitude": 59.93428, "longitude": 30.3351}
_CHANNEL: Json = {"id": -1001234567890, "type": "channel", "title": "Teapots of the world", "username": "teapots"}
_GROUP: Json = {"id": -1009876543210, "type": "supergroup", "title": "Tea lovers"}
_FRIEND: Json = {"id": 9_000_000_001, "is_bot": False, "first_name": "Clara", "username": "clara"}
_MONDAY = 1_767_603_600  # 2026-01-05T09:00:00Z
_PAYMENT: Json = {
    "currency": "EUR",
    "total_amount": 2400,
    "invoice_payload": "order-1047",
    "telegram_payment_charge_id": "tg-1047",
    "provider_payment_charge_id": "shop-1047",
}

# "<photo>" and "<sticker>" stand for what `Message` has of the sample files of these names.
SAMPLE_CONTENTS: dict[str, Json] = {
    "location": {"location": _PLACE},
    "live_location": {"location": {**_PLACE, "live_period": 900, "heading": 90, "horizontal_accuracy": 12.5}},
    "venue": {
        "venue": {"location": _PLACE, "title": "The Blue Teapot", "address": "Nevsky Prospect 28"},
        "location": _PLACE,
    },
    "contact": {"contact": {"phone_number": "+15550100", "first_name": "Clara", "last_name": "Berg"}},
    "poll": {
        "poll": {
            "id": "5000000000000000001",
            "question": "Which teapot?",
            "options": [
                {"persistent_id": "1", "text": "The blue one", "voter_count": 2},
                {"persistent_id": "2", "text": "The white one", "voter_count": 1},
            ],
            "total_voter_count": 3,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": True,
            "members_only": False,
        }
    },
    "dice": {"dice": {"emoji": "\N{GAME DIE}", "value": 6}},
    "story": {"story": {"chat": _CHANNEL, "id": 7}},
    "game": {"game": {"title": "Catch the teapot", "description": "Before it falls.", "photo": "<photo>"}},
    "invoice": {
        "invoice": {
            "title": "Blue teapot",
            "description": "One teapot, 0.8 l",
            "start_parameter": "order-1047",
            "currency": "EUR",
            "total_amount": 2400,
        }
    },
    "successful_payment": {"successful_payment": _PAYMENT},
    "refunded_payment": {"refunded_payment": {**_PAYMENT, "currency": "XTR", "total_amount": 50}},
    "paid_media": {
        "paid_media": {
            "star_count": 5,
            "paid_media": [{"type": "preview", "width": 960, "height": 720, "duration": 0}],
        },
        "caption": "For five stars",
    },
    "checklist": {
        "checklist": {
            "title": "Before tea",
            "tasks": [
                {"id": 1, "text": "Boil water", "completion_date": _MONDAY, "completed_by_user": _FRIEND},
                {"id": 2, "text": "Warm the pot"},
            ],
        }
    },
    "gift": {"gift": {"gift": {"id": "5000000000000000002", "sticker": "<sticker>", "star_count": 15}}},
    "unique_gift": {
        "unique_gift": {
            "origin": "transfer",
            "gift": {
                "gift_id": "5000000000000000002",
                "base_name": "Teapot",
                "name": "Teapot-7",
                "number": 7,
                "model": {"name": "Blue", "sticker": "<sticker>", "rarity_per_mille": 15},
                "symbol": {"name": "Dots", "sticker": "<sticker>", "rarity_per_mille": 5},
                "backdrop": {
                    "name": "Sky",
                    "colors": {
                        "center_color": 0x88BBFF,
                        "edge_color": 0x3366AA,
                        "symbol_color": 0x224477,
                        "text_color": 0xFFFFFF,
                    },
                    "rarity_per_mille": 20,
                },
            },
        }
    },
    "giveaway": {"giveaway": {"chats": [_CHANNEL], "winners_selection_date": _MONDAY, "winner_count": 3}},
    "unknown": {"novelty": {"what": "something that nobody knows yet"}},
}

FORWARD_ORIGINS: dict[str, Json] = {
    "user": {"type": "user", "date": _MONDAY, "sender_user": _FRIEND},
    "hidden_user": {"type": "hidden_user", "date": _MONDAY, "sender_user_name": "Somebody"},
    "chat": {"type": "chat", "date": _MONDAY, "sender_chat": _GROUP, "author_signature": "Clara"},
    "channel": {
        "type": "channel",
        "date": _MONDAY,
        "chat": _CHANNEL,
        "message_id": 100,
        "author_signature": "The editors",
    },
}
"""A `MessageOrigin` of each type, for `forward_origin`."""

EXTERNAL_REPLY: Json = {
    "origin": FORWARD_ORIGINS["channel"],
    "chat": _CHANNEL,
    "message_id": 100,
    "link_preview_options": {"is_disabled": True},
}
"""What a message that answers one in another chat has instead of `reply_to_message`."""


def sample_names() -> list[str]:
    """Return the names of all samples."""
    return [*SAMPLE_FILES, *SAMPLE_CONTENTS]


def needed_files(content: object) -> set[str]:
    """Return the names of the sample files that stand as `<name>` in a content."""
    return set(re.findall(r"'<(\w+)>'", repr(content)))


def filled(content: object, known: Json) -> object:
    """Return a content with what is known of the files put in for their names."""
    if isinstance(content, dict):
        return {key: filled(value, known) for key, value in content.items()}
    if isinstance(content, list):
        return [filled(value, known) for value in content]
    if isinstance(content, str) and content.startswith("<") and content.endswith(">"):
        return known[content[1:-1]]
    return content
