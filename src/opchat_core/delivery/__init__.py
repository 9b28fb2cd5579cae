"""Taking answers to Telegram: see :class:`Courier`."""

from opchat_core.delivery.courier import Courier
from opchat_core.delivery.pauses import (
    KEPT,
    LEASE,
    MAX_AGE,
    MAX_BACKOFF,
    ORPHANED,
    PACE,
    PAUSE,
    TYPING,
    WORKERS,
    backoff,
)

__all__ = [
    "KEPT",
    "LEASE",
    "MAX_AGE",
    "MAX_BACKOFF",
    "ORPHANED",
    "PACE",
    "PAUSE",
    "TYPING",
    "WORKERS",
    "Courier",
    "backoff",
]
