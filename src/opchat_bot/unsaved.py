"""What the bot has seen and the API has not stored yet, so that somebody can be told how far behind it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opchat_bot.raw import object_of, update_id

KEPT = timedelta(hours=24)
"""How long Telegram keeps an update that nobody has taken (https://core.telegram.org/bots/api#getting-updates)."""


class Unsaved:
    """Updates under way, and those that a webhook had to send back.

    For one event loop. An update is known by its number; when Telegram sends it again, it is the same one.
    """

    def __init__(self) -> None:
        self._made_at: dict[int, datetime] = {}

    def begin(self, update: object) -> None:
        """Note an update that is to be stored."""
        number = update_id(update)
        if number is not None:
            self._made_at[number] = made_at(update)

    def end(self, update: object) -> None:
        """Forget an update that is stored."""
        self._made_at.pop(update_id(update) or -1, None)

    def oldest_made_at(self) -> datetime | None:
        """When the oldest of them was made; None when there is none. What Telegram keeps no more does not count."""
        gone = datetime.now(UTC) - KEPT
        self._made_at = {number: at for number, at in self._made_at.items() if at > gone}
        return min(self._made_at.values(), default=None)


def made_at(update: object) -> datetime:
    """When an update was made, by Telegram's clock; now, where it does not say so."""
    for content in object_of(update).values():
        for key in ("edit_date", "date"):
            moment = object_of(content).get(key)
            if isinstance(moment, int) and not isinstance(moment, bool):
                try:
                    return datetime.fromtimestamp(moment, UTC)
                except (ValueError, OverflowError, OSError):
                    break
    return datetime.now(UTC)
