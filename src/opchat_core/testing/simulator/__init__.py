"""A stand-in for Telegram's Bot API, with a page that plays the user's phone.

`Simulator` serves both on loopback, and keeps everything until it is stopped. python-telegram-bot, aiogram and plain
HTTP work against it unpatched:

- receiving: `getUpdates` with long polling, offsets, `allowed_updates` and 409 for a second poller; webhooks with the
  secret, in order, redelivered with growing pauses;
- sending: texts with entities, answers with quotes, buttons, every kind of file, albums, places, contacts, chat
  actions, with Telegram's limits and words of refusal;
- changing: text, caption, file and buttons of what was sent; deleting; reactions; answers to pressed buttons;
- the users' side: every kind of message that there is, with a sample of each, and what Telegram invents tomorrow as raw
  JSON; forwards, answers with quotes, albums, edits, live locations, reactions, pressed buttons, blocks, deletions;
- files: uploads of up to 50 MB (photos 10) that go to the disk piece by piece, the same file again by its `file_id`,
  and downloads of up to 20 MB, also in parts.

Different from Telegram, on purpose:

- There are private chats only, and a user of the simulator counts as one who has pressed Start.
- `parse_mode` is refused; `entities` are kept and returned. Links, addresses, mentions, tags and commands are found in
  what users write, and not in what bots write.
- Texts are trimmed as Telegram trims them: all whitespace at the end, spaces and line feeds at the start up to the
  first entity. What `sendMessage` returns is what the user sees.
- Webhooks get one update at a time and must be `http://` on loopback; `getUpdates` is never slowed down.
- Files are not looked into, but for the size of a picture: a photo that is none counts as one of 640 by 480, and a
  video has the width, height and duration that its sender tells. All sizes of a photo have the same bytes, and the
  thumbnail that Telegram would make is a grey picture.
- Telegram fetches no files by an address here.
- What a bot sent can be edited for 48 hours, as it can be deleted; Telegram lets bots edit for longer.
- Nothing is rate limited: a 429 comes when a test scripts one.

A web page of another origin, or one that reached the server by a rebound name, is refused.

The parts: `simulator` (the object); `user_side`, `user_sending`, `user_acting` and `script` (its methods); `server`
(HTTP); `control` (the same methods over HTTP); `bot_api` (a call from authorization to reply); `methods` (what the Bot
API does); `webhooks`; `state` (everything known, under one lock); `kinds` (what differs from one kind of message to the
next, as tables); `content`, `text`, `typed`, `markup`, `reactions`, `pictures` (the rules of what is sent); `samples`;
`body`, `uploads`, `blobs` (bytes on their way); `call`, `reply`, `updates`, `faults`, `values`, `views`.
"""

from .faults import Fault, FaultKind
from .samples import EXTERNAL_REPLY, FORWARD_ORIGINS, sample_names
from .simulator import Simulator
from .state import DEFAULT_TOKEN
from .values import LedgerEntry, Notice, SimMessage, SimUser, UnknownUserError

__all__ = [
    "DEFAULT_TOKEN",
    "EXTERNAL_REPLY",
    "FORWARD_ORIGINS",
    "Fault",
    "FaultKind",
    "LedgerEntry",
    "Notice",
    "SimMessage",
    "SimUser",
    "Simulator",
    "UnknownUserError",
    "sample_names",
]
