"""Files: sending them to a user, alone or as an album, and finding those that users sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from opchat_core.testing.simulator.content import file_content
from opchat_core.testing.simulator.text import caption_text, checked_entities
from opchat_core.testing.simulator.values import FILE_KINDS, ApiError, Json, StoredFile

from .chats import deliver, open_chat_user, refuse_parse_mode, replied_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

_MEGABYTE = 1024 * 1024
UPLOAD_LIMIT = 50 * _MEGABYTE
PHOTO_LIMIT = 10 * _MEGABYTE
DOWNLOAD_LIMIT = 20 * _MEGABYTE
_ALBUM_KINDS = {"photo", "video", "document", "audio"}
_MEASURES = ("width", "height", "duration", "length")


def send_file(kind: str, state: State, bot: Bot, call: Call) -> Json:
    """Send a file: an upload, or one that is known by its `file_id`.

    Raises:
        ApiError: 400 for no file, an unknown one, a photo over 10 MB, a caption over 1024 units; 413 over 50 MB.
    """
    user = open_chat_user(state, bot, call)
    refuse_parse_mode(call)
    caption, entities = caption_text(call.text("caption"), checked_entities(call.json("caption_entities")))
    replied = replied_message(bot, user, call)
    stored = _find_or_store(state, kind, call, call.text(kind) or f"attach://{kind}")
    measures = {name: call.integer(name, 0) for name in _MEASURES if call.text(name)}
    return deliver(state, bot, user, {**replied, **_content(kind, stored, measures, caption, entities)})


def send_media_group(state: State, bot: Bot, call: Call) -> list[Json]:
    """Send 2 to 10 files as an album: as many messages with one `media_group_id`.

    Raises:
        ApiError: As `send_file`; 400 for fewer or more.
    """
    user = open_chat_user(state, bot, call)
    media = call.json("media")
    if not isinstance(media, list) or not 2 <= len(media) <= 10:
        raise ApiError(400, "Bad Request: media must include 2-10 items")
    contents = []
    for item in media:
        if not isinstance(item, dict) or item.get("type") not in _ALBUM_KINDS:
            raise ApiError(400, "Bad Request: can't parse InputMedia: media type is not supported")
        caption, entities = caption_text(str(item.get("caption") or ""), checked_entities(item.get("caption_entities")))
        stored = _find_or_store(state, item["type"], call, str(item.get("media", "")))
        contents.append(_content(item["type"], stored, item, caption, entities))
    replied = replied_message(bot, user, call)
    album = {"media_group_id": str(bot.next_message_id)}
    return [deliver(state, bot, user, {**replied, **album, **content}) for content in contents]


def get_file(state: State, _bot: Bot, call: Call) -> Json:
    """Return the path under which a file can be fetched.

    Raises:
        ApiError: 400, no such file, or one over 20 MB.
    """
    stored = state.files.get(call.text("file_id"))
    if stored is None:
        raise ApiError(400, "Bad Request: invalid file_id")
    if len(stored.data) > DOWNLOAD_LIMIT:
        raise ApiError(400, "Bad Request: file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_unique_id,
        "file_size": len(stored.data),
        "file_path": stored.file_path,
    }


def _find_or_store(state: State, kind: str, call: Call, reference: str) -> StoredFile:
    """Return the file that a parameter means: `attach://<part>` or a `file_id`."""
    upload = call.uploads.get(reference.removeprefix("attach://"))
    if reference.startswith("attach://"):
        if upload is None:
            raise ApiError(400, f"Bad Request: there is no {kind} in the request")
        size = len(upload.data)
        if size == 0:
            raise ApiError(400, "Bad Request: file must be non-empty")
        if size > UPLOAD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        if kind == "photo" and size > PHOTO_LIMIT:
            raise ApiError(400, "Bad Request: file is too big")
        return state.store_file(kind, upload.data, upload.file_name, upload.mime_type)
    stored = state.files.get(reference)
    if stored is None:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    return stored


def _content(kind: str, stored: StoredFile, measures: Json, caption: str, entities: list[Json]) -> Json:
    content = file_content(kind, stored, measures)
    if caption and kind not in {"sticker", "video_note"}:
        content["caption"] = caption
        if entities:
            content["caption_entities"] = entities
    return content


METHODS: dict[str, Callable[[State, Bot, Call], object]] = {
    **{f"send{kind.replace('_', '')}": partial(send_file, kind) for kind in FILE_KINDS},
    "sendmediagroup": send_media_group,
    "getfile": get_file,
}
