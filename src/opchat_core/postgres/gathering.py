"""Doing what several callers want at the same time in one statement and one commit.

A commit waits for the disk, and while it waits others come. Whoever finds fewer than two commits under way leads: it
takes everything that waits, does it all at once, tells the others, and hands the lead to one of those who came
meanwhile. So nobody waits for company, a single caller is as quick as without this, and the more callers there are, the
more of them share a commit. The callers' own threads do all of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from opchat_core.errors import DatabaseUnavailable

LEADERS = 2
"""Commits under way at once: while the disk writes one, the next is being put together."""

MOST = 100
"""What one statement does at most, so that the first of it does not wait for too many others."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Call(Generic[Item, Result]):
    """One caller: what it wants, and what became of it. Without a result or an error, it is to lead when woken."""

    __slots__ = ("error", "item", "result", "woken")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.woken = Lock()
        self.woken.acquire()

    @property
    def done(self) -> bool:
        return self.result is not None or self.error is not None


class Gathering(Generic[Item, Result]):
    """Lets callers of many threads share what is done.

    Args:
        act: Does one or many things, all of them or none; its results are in the order of the items, and none of them
            is None.
    """

    def __init__(self, act: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._act = act
        self._lock = Lock()
        self._waiting: deque[_Call[Item, Result]] = deque()
        self._leaders = 0

    @property
    def waiting(self) -> int:
        """How many callers nobody has in hand yet."""
        return len(self._waiting)

    def do(self, item: Item) -> Result:
        """Have something done, together with what others want at this time.

        Raises:
            Exception: What doing it raised; then nothing was done of what was gathered, or nobody knows.
        """
        call: _Call[Item, Result] = _Call(item)
        with self._lock:
            leads = self._leaders < LEADERS
            if leads:
                self._leaders += 1
            else:
                self._waiting.append(call)
        if not leads:
            self._wait(call)
        if not call.done:
            self._lead(call)
        if call.error is not None:
            raise call.error
        assert call.result is not None  # noqa: S101 - whoever is done has the one or the other
        return call.result

    def _wait(self, call: _Call[Item, Result]) -> None:
        try:
            call.woken.acquire()
        except BaseException:  # Ctrl-C
            with self._lock:
                if call in self._waiting:
                    self._waiting.remove(call)
                    raise
            call.woken.acquire()  # somebody has it in hand, or has just handed us the lead
            if not call.done:
                self._hand_over()
            raise

    def _lead(self, own: _Call[Item, Result]) -> None:
        with self._lock:
            calls = [own, *(self._waiting.popleft() for _ in range(min(len(self._waiting), MOST - 1)))]
        try:
            for call, result in zip(calls, self._act([call.item for call in calls]), strict=True):
                call.result = result
        except BaseException as error:
            # Theirs as much as ours; but what ends this thread is not to end theirs.
            theirs = error if isinstance(error, Exception) else DatabaseUnavailable("It was not done to the end.")
            for call in calls[1:]:
                call.error = theirs
            raise
        finally:
            self._hand_over()
            for call in calls[1:]:
                call.woken.release()

    def _hand_over(self) -> None:
        """Make the first of those who wait the leader in our place."""
        with self._lock:
            if not self._waiting:
                self._leaders -= 1
                return
            following = self._waiting.popleft()
        following.woken.release()
