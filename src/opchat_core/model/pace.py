"""How fast Telegram lets a bot write."""

from __future__ import annotations

from datetime import timedelta

from attrs import field, frozen

from opchat_core.model.limits import Rate


@frozen(kw_only=True)
class Pace:
    """How many answers may leave, in each chat and in all chats of a bot; held in the store, for all processes at once.

    Telegram names about one message a second in a chat, where short bursts are tolerated, and about thirty a second in
    all (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). The defaults keep to it: no
    second has more than 30 answers, and an answer in as many parts as one may have leaves at once.

    Attributes:
        chat: For each chat.
        bot: For all chats of a bot.
    """

    chat: Rate = field(default=Rate(10, timedelta(seconds=10)))
    bot: Rate = field(default=Rate(8, timedelta(milliseconds=400)))
