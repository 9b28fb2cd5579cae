"""What Telegram takes at most, and what an answer may have: the one home of these numbers.

Sources: https://core.telegram.org/bots/api#sending-files, #sendphoto, #sendmediagroup, #editmessagetext,
#deletemessage, #inlinekeyboardbutton and #reactiontypeemoji.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from opchat_core.model.text import MAX_CAPTION, MAX_PARTS, MAX_TEXT

MAX_FILES = 20
"""Files of one answer: two full albums."""

MAX_ALBUM = 10
"""Messages of an album."""

MAX_PHOTO = 10 * 1024 * 1024
"""Bytes of a photo."""

MAX_FILE = 50 * 1024 * 1024
"""Bytes of any other file."""

MAX_UPLOAD = 200 * 1024 * 1024
"""Bytes of all files of an answer together."""

MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bytes of a file that Telegram gives to a bot (https://core.telegram.org/bots/api#getfile)."""

MAX_SIDES = 10_000
"""Pixels of a photo, width and height together."""

MAX_RATIO = 20
"""How many times as wide as high, or as high as wide, a photo may be."""

CHANGEABLE = timedelta(hours=48)
"""How long after it was sent a bot may edit or delete a message of its own."""

MAX_BUTTON_ROWS = 8
MAX_BUTTONS_IN_ROW = 8
MAX_BUTTON_TEXT = 64
"""UTF-16 units on a button."""

_EMOJI = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""

REACTIONS = tuple(_EMOJI.split())
"""The emoji that a bot may react with."""


def bounds_to_json() -> dict[str, Any]:
    """Write all of them for a page that shall have no numbers of its own."""
    return {
        "text": MAX_TEXT * MAX_PARTS,
        "message": MAX_TEXT,
        "caption": MAX_CAPTION,
        "files": MAX_FILES,
        "album": MAX_ALBUM,
        "photoBytes": MAX_PHOTO,
        "fileBytes": MAX_FILE,
        "uploadBytes": MAX_UPLOAD,
        "downloadBytes": MAX_DOWNLOAD,
        "photoSides": MAX_SIDES,
        "photoRatio": MAX_RATIO,
        "changeHours": CHANGEABLE // timedelta(hours=1),
        "buttonRows": MAX_BUTTON_ROWS,
        "buttonsInRow": MAX_BUTTONS_IN_ROW,
        "buttonText": MAX_BUTTON_TEXT,
        "reactions": list(REACTIONS),
    }
