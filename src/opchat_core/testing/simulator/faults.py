"""Scripted faults: what can go wrong between a bot and Telegram, told in advance."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from attrs import Attribute, evolve, field, frozen, validators

from .values import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator


class FaultKind(Enum):
    """What happens to the request. `AFTER` means: only once the call has taken effect."""

    TOO_MANY_REQUESTS = "too_many_requests"
    FORBIDDEN = "forbidden"
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    SERVER_ERROR = "server_error"
    SERVER_ERROR_AFTER = "server_error_after"
    HANG = "hang"
    HANG_AFTER = "hang_after"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    CUT_MIDWAY = "cut_midway"
    HALF_JSON = "half_json"
    DELAY = "delay"

    @property
    def takes_effect(self) -> bool:
        """Whether the call is carried out although something goes wrong."""
        return self in _EFFECTIVE

    @property
    def hangs(self) -> bool:
        """Whether the caller waits for an answer that never comes."""
        return self in {FaultKind.HANG, FaultKind.HANG_AFTER}


_EFFECTIVE = {
    FaultKind.SERVER_ERROR_AFTER,
    FaultKind.HANG_AFTER,
    FaultKind.CUT_AFTER,
    FaultKind.CUT_MIDWAY,
    FaultKind.HALF_JSON,
    FaultKind.DELAY,
}

_REFUSALS = {
    FaultKind.FORBIDDEN: (403, "Forbidden: bot was blocked by the user"),
    FaultKind.BAD_REQUEST: (400, "Bad Request: chat not found"),
    FaultKind.UNAUTHORIZED: (401, "Unauthorized"),
}


@frozen
class Fault:
    """One scripted fault.

    Args:
        method: The Bot API method it waits for, without case; `*` for any, `file` for downloads.
        kind: What happens.
        times: How often it strikes; `None`: until cleared.
        chat_id: Only calls for this chat.
        seconds: How long `hang` and `delay` last.
        retry_after: Of `too_many_requests`, in seconds.
        status: Of `server_error`, 500 to 599.
        description: Telegram's words, for the kinds that answer with an envelope.
    """

    method: str = field(validator=validators.min_len(1))
    kind: FaultKind = field(converter=FaultKind)
    times: int | None = field(default=1)
    chat_id: int | None = None
    seconds: float = field(default=3600.0, validator=validators.ge(0))
    retry_after: int = field(default=1, validator=validators.ge(1))
    status: int = field(default=502, validator=[validators.ge(500), validators.le(599)])
    description: str | None = None

    @times.validator
    def _check_times(self, _attribute: Attribute[int | None], value: int | None) -> None:
        if value is not None and value < 1:
            raise ValueError("times is at least 1, or None")

    def strikes(self, method: str, chat_id: int | None) -> bool:
        """Tell whether a call of `method` for `chat_id` is what this fault waits for."""
        return self.method.lower() in {"*", method.lower()} and self.chat_id in {None, chat_id}

    def refusal(self) -> ApiError | None:
        """Return the refusal this fault answers with, if it answers with an envelope."""
        if self.kind is FaultKind.TOO_MANY_REQUESTS:
            words = self.description or f"Too Many Requests: retry after {self.retry_after}"
            return ApiError(429, words, retry_after=self.retry_after)
        if self.kind in _REFUSALS:
            code, words = _REFUSALS[self.kind]
            return ApiError(code, self.description or words)
        return None


class FaultScript:
    """The faults still to come, in the order they were scripted. Its owner guards it with a lock."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.clearings = 0  # a hanging call that sees a newer number ends

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(self, fault: Fault) -> None:
        """Script one more."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Forget all that are left."""
        self._faults.clear()
        self.clearings += 1

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the first fault that waits for this call, and count it down."""
        for place, fault in enumerate(self._faults):
            if fault.strikes(method, chat_id):
                if fault.times == 1:
                    del self._faults[place]
                elif fault.times is not None:
                    self._faults[place] = evolve(fault, times=fault.times - 1)
                return fault
        return None
