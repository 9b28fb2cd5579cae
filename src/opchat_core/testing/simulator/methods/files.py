"""Files: sending them to a user, alone or as an album, and finding those that users sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from opchat_core.testing.simulator.kinds import ALBUM_LIMIT, DOWNLOAD_LIMIT, FILE_KINDS
from opchat_core.testing.simulator.values import ApiError, Json

from .chats import deliver, recipient
from .media import as_media, media_content, read_media

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State


def send_file(kind: str, state: State, bot: Bot, call: Call) -> Json:
    """Send a file: an upload, or one that is known by its `file_id`.

    Raises:
        ApiError: 400 for no file, an unknown one, one of another kind, a photo over 10 MB or of impossible
            proportions, a caption over 1024 units; 413 over 50 MB.
    """
    to = recipient(state, bot, call)
    return deliver(state, bot, to, media_content(state, call, as_media(kind, call)))


def send_media_group(state: State, bot: Bot, call: Call) -> list[Json]:
    """Send 2 to 10 files as an album: as many messages with one `media_group_id`.

    One file alone is sent as a message outside of any album.

    Raises:
        ApiError: As `send_file`; 400 for none or more than 10, and for kinds that do not mix.
    """
    if not call.text("media"):
        raise ApiError(400, 'Bad Request: parameter "media" is required')
    items = call.json("media")
    if not isinstance(items, list):
        raise ApiError(400, "Bad Request: expected an Array of InputMedia")
    album = [read_media(item, for_album=True) for item in items]
    if len(album) > ALBUM_LIMIT:
        raise ApiError(400, "Bad Request: too many messages to send as an album")
    if not album:
        raise ApiError(400, "Bad Request: there are no messages to send")
    kinds = {media["type"] for media in album}
    for kind in kinds:
        if len(kinds) > 1 and not FILE_KINDS[kind].mixes:
            raise ApiError(400, f"Bad Request: {kind} can't be mixed with other media types")
    if len({media.get("show_caption_above_media", False) for media in album}) > 1:
        raise ApiError(400, "Bad Request: parameter show_caption_above_media must be the same for all messages")
    to = recipient(state, bot, call)
    contents = [media_content(state, call, media) for media in album]
    shared = {"media_group_id": str(bot.next_message_id)} if len(contents) > 1 else {}
    return [deliver(state, bot, to, {**shared, **content}) for content in contents]


def get_file(state: State, _bot: Bot, call: Call) -> Json:
    """Return the path under which a file can be fetched.

    Raises:
        ApiError: 400, no such file, or one over 20 MB.
    """
    if not call.text("file_id"):
        raise ApiError(400, "Bad Request: file_id not specified")
    stored = state.files.get(call.text("file_id"))
    if stored is None:
        raise ApiError(400, "Bad Request: invalid file_id")
    if stored.blob.size > DOWNLOAD_LIMIT:
        raise ApiError(400, "Bad Request: file is too big")
    return {**stored.as_file(), "file_path": stored.file_path}


METHODS: dict[str, Callable[[State, Bot, Call], object]] = {
    **{f"send{kind.replace('_', '')}": partial(send_file, kind) for kind in FILE_KINDS},
    "sendmediagroup": send_media_group,
    "getfile": get_file,
}
