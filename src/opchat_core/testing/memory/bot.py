"""What a bot in memory knows about sending, whatever the chat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import define

from opchat_core.model import FailureCode, Outcome, Pace, Rate, Refused, Sent

LONGEST_BACKOFF = timedelta(seconds=30)

_NOT_THROUGH = {FailureCode.UNREACHABLE, FailureCode.ANSWER_LOST}
_ALWAYS = datetime.min.replace(tzinfo=UTC)


def ready_after(ready_at: datetime | None, now: datetime, rate: Rate, leave: int) -> datetime:
    """When the next answer may leave after so many that leave now."""
    return max(ready_at or _ALWAYS, now - rate.every * (rate.count - 1)) + rate.every * leave


@define
class StoredBot:
    """The pace, the waits and the pause of a bot; see the table ``bots`` in the reference of the schema."""

    ready_at: datetime = _ALWAYS
    waits_until: datetime = _ALWAYS
    wait_reason: str | None = None
    failures: int = 0
    limited_user_id: int | None = None
    limited_until: datetime = _ALWAYS
    pause_reason: str | None = None

    def may_send(self, now: datetime) -> bool:
        """Whether a worker need look for what is due."""
        return self.pause_reason is None and self.ready_at <= now

    def charge(self, pace: Pace, *, ahead: int, leave: int, lease: timedelta, now: datetime) -> bool:
        """Take so many answers from what may leave now, some of them on credit; whether there were so many."""
        saved_up = pace.bot.every * (ahead + 1 - min(leave, pace.bot.count + ahead))
        if self.pause_reason is not None or self.waits_until > now or self.ready_at > now + saved_up:
            return False
        self.ready_at = now + lease if self.failures else ready_after(self.ready_at, now, pace.bot, leave)
        return True

    def learn(self, user_id: int, outcome: Outcome, *, wait: timedelta, now: datetime) -> None:
        """Learn from a result what holds for all chats."""
        code = None if isinstance(outcome, Sent) else outcome.error.code
        if isinstance(outcome, Refused) and outcome.stops_sender:
            self.pause_reason = self.pause_reason or outcome.error.message
        if code in _NOT_THROUGH:
            if self.waits_until <= now:
                backoff = timedelta(seconds=2 ** min(self.failures - 1, 5)) if self.failures else timedelta(0)
                self.failures += 1
                self.waits_until = self.ready_at = now + min(backoff, LONGEST_BACKOFF)
                self.wait_reason = code
            return
        if code == FailureCode.FILE_GONE:  # Telegram was not asked
            if self.failures:
                self.ready_at = max(now, self.waits_until)
            return
        if self.failures:
            self.failures = 0
            if self.wait_reason != FailureCode.RATE_LIMITED:
                self.waits_until = _ALWAYS
            self.ready_at = max(now, self.waits_until)
        if code == FailureCode.RATE_LIMITED:
            if self.limited_until > now and self.limited_user_id != user_id:
                self.waits_until = max(self.waits_until, now + wait)
                self.ready_at = max(self.ready_at, now + wait)
                self.wait_reason = code
            self.limited_user_id, self.limited_until = user_id, now + wait
