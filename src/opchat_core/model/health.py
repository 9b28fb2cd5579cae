"""How an installation fares: what its bots say of themselves, and what a keeper should know of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from attrs import field, frozen
from attrs.converters import optional

from opchat_core.model import rules
from opchat_core.model.checked import Checked, checked
from opchat_core.model.words import OPERATOR

BEHIND = timedelta(minutes=1)
"""An update that is not stored after this long is worth a word: Telegram keeps it for 24 hours, and operators wait."""

SILENT = timedelta(minutes=2)
"""After this long a bot that has not reported is not there: it reports every half minute."""

RETIRED = timedelta(days=7)
"""After this long a bot that has not reported has been taken out of service."""

CONFLICT_LASTS = timedelta(minutes=2)
"""How long two bots count as being in each other's way after one of them was told so."""

NOBODY_SENDS = timedelta(minutes=1)
"""An answer that could have left for this long means that no delivery worker runs."""


class BotMode(StrEnum):
    """How a bot gets its updates."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@frozen(kw_only=True)
class BotReport(Checked):
    """What a bot says of itself.

    Attributes:
        bot_type: Which bot.
        mode: How it gets its updates.
        pending_updates: How many wait with Telegram; None when Telegram does not say.
        oldest_unsaved_at: When the oldest update that it knows of and could not yet have stored was made; None when
            there is none.
        conflict: Telegram has told it since its last report that another bot polls with its token (409).
    """

    bot_type: str = checked(rules.bot_type, default=OPERATOR)
    mode: BotMode = checked(rules.word(BotMode))
    pending_updates: int | None = checked(rules.whole_number, default=None)
    oldest_unsaved_at: datetime | None = checked(rules.moment, default=None)
    conflict: bool = checked(rules.flag, default=False)


class StallReason(StrEnum):
    """Why no answer of a bot leaves at the moment."""

    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    ANSWER_LOST = "answer_lost"
    NOBODY_SENDS = "nobody_sends"


class WarningCode(StrEnum):
    """What a keeper should know of, although the server can do its work."""

    BOT_SILENT = "bot_silent"
    BOT_BEHIND = "bot_behind"
    BOT_CONFLICT = "bot_conflict"
    SENDING_STALLED = "sending_stalled"


@frozen
class HealthWarning:
    """One such thing.

    Attributes:
        code: Which.
        detail: The same as a sentence, without anybody's data in it.
    """

    code: WarningCode
    detail: str


@frozen(kw_only=True)
class BotHealth:
    """How a bot fares, as far as the store knows.

    Attributes:
        as_of: The time by the clock that all processes share.
        seen_at: When it reported last; None when it never did, as a bot does that is not opchat's own.
        mode: How it gets its updates.
        pending_updates: How many waited with Telegram then.
        oldest_unsaved_at: When the oldest update that was not stored then was made.
        conflict_since: Since when another bot polls with its token; None when none does.
        stall: Why no answer leaves at the moment; None when they do, or none waits.
    """

    as_of: datetime
    seen_at: datetime | None = None
    mode: BotMode | None = field(default=None, converter=optional(BotMode))
    pending_updates: int | None = None
    oldest_unsaved_at: datetime | None = None
    conflict_since: datetime | None = None
    stall: StallReason | None = field(default=None, converter=optional(StallReason))

    def warnings(self) -> tuple[HealthWarning, ...]:
        """Tell what a keeper should know of."""
        found = []
        silent_for = self.as_of - self.seen_at if self.seen_at else timedelta(0)
        if self.seen_at and SILENT < silent_for < RETIRED:
            words = f"The bot has not reported since {_told(self.seen_at)}."
            found.append(HealthWarning(WarningCode.BOT_SILENT, words))
        # What it had in hand when it reported is its work, even if that report is old by now.
        if self.seen_at and self.oldest_unsaved_at and self.seen_at - self.oldest_unsaved_at > BEHIND:
            words = f"The bot is behind: an update of {_told(self.oldest_unsaved_at)} is not stored yet."
            found.append(HealthWarning(WarningCode.BOT_BEHIND, words))
        if self.conflict_since:
            words = f"Two bots poll with one token since {_told(self.conflict_since)}, each in the other's way."
            found.append(HealthWarning(WarningCode.BOT_CONFLICT, words))
        if self.stall:
            found.append(HealthWarning(WarningCode.SENDING_STALLED, f"No answer leaves: {self.stall.value}."))
        return tuple(found)


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
