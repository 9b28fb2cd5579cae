"""A stand-in for Telegram's Bot API, with a page that plays the user's phone.

`Simulator` serves both on loopback, and everything is kept in memory. python-telegram-bot, aiogram and plain HTTP work
against it unpatched:

- receiving: `getUpdates` with long polling, offsets, `allowed_updates` and 409 for a second poller; webhooks with the
  secret, in order, redelivered with growing pauses;
- sending: texts, files, albums, chat actions, with Telegram's limits and words of refusal; editing and deleting;
- files: uploads and downloads.

Different from Telegram, on purpose:

- There are private chats only, and a user of the simulator counts as one who has pressed Start.
- `parse_mode` is refused; `entities` are kept and returned. Links and mentions are not found by themselves.
- Texts are trimmed as Telegram trims them: all whitespace at the end, spaces and line feeds at the start up to the
  first entity. What `sendMessage` returns is what the user sees.
- Webhooks get one update at a time and must be `http://` on loopback; `getUpdates` is never slowed down.
- Nothing is rate limited: a 429 comes when a test scripts one.

A web page of another origin, or one that reached the server by a rebound name, is refused.

The parts: `simulator` (the object), `user_side` and `script` (its methods), `server` (HTTP), `control` (the same
methods over HTTP), `bot_api` (a call from authorization to reply), `methods` (what the Bot API does), `webhooks`,
`state` (everything known, under one lock), `updates`, `faults`, `call`, `reply`, `content`, `text`, `values`, `views`.
"""

from .faults import Fault, FaultKind
from .simulator import Simulator
from .state import DEFAULT_TOKEN
from .values import LedgerEntry, SimMessage, SimUser, UnknownUserError

__all__ = [
    "DEFAULT_TOKEN",
    "Fault",
    "FaultKind",
    "LedgerEntry",
    "SimMessage",
    "SimUser",
    "Simulator",
    "UnknownUserError",
]
