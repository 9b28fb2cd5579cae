"""The emoji with which messages can be reacted to.

The source is `ReactionTypeEmoji` of the Bot API (https://core.telegram.org/bots/api#reactiontypeemoji).
"""

from __future__ import annotations

_ALL = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢
🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳
❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓
🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈
😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿
🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀
😡
"""

REACTIONS = frozenset(_ALL.split())
"""Without variation selectors (U+FE0F), which Telegram leaves out."""


def plain(emoji: str) -> str:
    """Return an emoji as Telegram writes it."""
    return emoji.replace("\ufe0f", "")
