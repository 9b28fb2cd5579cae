"""`InputMedia`: a file with what goes with it, from a parameter of its own or from an object in a list.

The words of refusal are those of `Client::get_input_media` in tdlib/telegram-bot-api and of TDLib's
`files/FileManager.cpp` and `files/FileLoaderUtils.cpp`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.content import store_file
from opchat_core.testing.simulator.kinds import CAPTIONED, FILE_KINDS, PHOTO_LIMIT, THUMBNAIL, UPLOAD_LIMIT
from opchat_core.testing.simulator.pictures import HEAD, picture_size
from opchat_core.testing.simulator.state import FILE_ID_PREFIX
from opchat_core.testing.simulator.text import caption_text, checked_entities
from opchat_core.testing.simulator.values import ApiError, Json, StoredFile

if TYPE_CHECKING:
    from opchat_core.testing.simulator.blobs import Blob
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import State

_NUMBERS = ("width", "height", "length", "duration", "start_timestamp")
_WORDS = ("title", "performer", "emoji", "caption", "thumbnail", "thumb")
_FLAGS = ("has_spoiler", "show_caption_above_media")
_SIDES_LIMIT, _RATIO_LIMIT = 10_000, 20  # https://core.telegram.org/bots/api#sendphoto
_PICTURES = {"photo", THUMBNAIL.name}


def as_media(kind: str, call: Call) -> Json:
    """Return the `InputMedia` that the parameters of `send<Kind>` stand for.

    Raises:
        ApiError: 400, there is no file.
    """
    media: Json = {"type": kind, "media": call.text(kind) or f"attach://{kind}"}
    if not call.text(kind) and kind not in call.uploads:
        raise ApiError(400, f"Bad Request: there is no {kind.replace('_', ' ')} in the request")
    media |= {name: call.text(name) for name in _WORDS if call.text(name)}
    media |= {name: call.integer(name, 0) for name in _NUMBERS if call.text(name)}
    media |= {name: call.flag(name) for name in _FLAGS if call.text(name)}
    thumbnail = next((name for name in ("thumbnail", "thumb") if name in call.uploads), None)
    if thumbnail and not media.get(thumbnail):
        media[thumbnail] = f"attach://{thumbnail}"
    return {**media, "caption_entities": call.json("caption_entities")}


def read_media(item: object, *, for_album: bool) -> Json:
    """Return an `InputMedia` object that a bot sent.

    Raises:
        ApiError: 400, it is none, or of a kind that cannot be here.
    """
    start = "Bad Request: can't parse InputMedia: "
    if not isinstance(item, dict):
        raise ApiError(400, f"{start}expected an Object")
    kind = item.get("type")
    if not isinstance(kind, str):
        raise ApiError(400, f'{start}can\'t find field "type"')
    if not item.get("media"):
        raise ApiError(400, f"{start}media not found")
    if kind not in FILE_KINDS or not FILE_KINDS[kind].editable:
        raise ApiError(400, f'{start}type "{kind}" is unsupported')
    if for_album and not FILE_KINDS[kind].in_albums:
        raise ApiError(400, f'{start}type "{kind}" can\'t be used in sendMediaGroup')
    return item


def media_content(state: State, call: Call, media: Json) -> Json:
    """Return the content of a message that carries an `InputMedia`, and keep its file.

    Raises:
        ApiError: 400, a file or a caption that cannot be; 413, a file over 50 MB.
    """
    entities = checked_entities(media.get("caption_entities"))
    caption, entities = caption_text(str(media.get("caption") or ""), entities)
    stored = _find_or_store(state, call, media)
    content = dict(stored.content)
    if stored.kind in CAPTIONED:
        if caption:
            content["caption"] = caption
        if entities:
            content["caption_entities"] = entities
        if media.get("show_caption_above_media"):
            content["show_caption_above_media"] = True
    if media.get("has_spoiler") and stored.kind in {"photo", "video", "animation"}:
        content["has_media_spoiler"] = True
    return content


def _find_or_store(state: State, call: Call, media: Json) -> StoredFile:
    """Return the file that `media` means: `attach://<part>`, or a `file_id`."""
    kind, reference = FILE_KINDS[media["type"]], str(media["media"])
    if not reference.startswith("attach://"):
        return _find(state, kind.name, reference)
    upload = call.uploads.get(reference.removeprefix("attach://"))
    if upload is None:
        raise ApiError(400, "Bad Request: can't parse InputMedia: media not found")
    _check_size(kind.name, upload.blob)
    thumbnail = str(media.get("thumbnail") or media.get("thumb") or "").removeprefix("attach://")
    return store_file(
        state,
        kind.name,
        upload.blob,
        file_name=upload.file_name,
        told={name: value for name, value in media.items() if name != "type"},
        thumbnail=call.uploads[thumbnail].blob if thumbnail in call.uploads else None,
    )


def _find(state: State, kind: str, file_id: str) -> StoredFile:
    if file_id.startswith(("http://", "https://")):
        raise ApiError(400, "Bad Request: failed to get HTTP URL content")
    if not file_id.startswith(FILE_ID_PREFIX):
        words = "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"
        raise ApiError(400, f"Bad Request: {words}")
    stored = state.files.get(file_id)
    if stored is None:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    # To TDLib all but pictures are documents: it takes one for another, and the message has the kind it was sent as.
    if stored.kind != kind and _PICTURES & {stored.kind, kind}:
        real = FILE_KINDS.get(stored.kind, THUMBNAIL).type_name
        raise ApiError(400, f"Bad Request: can't use file of type {real} as {FILE_KINDS[kind].type_name}")
    return stored


def _check_size(kind: str, blob: Blob) -> None:
    if blob.size == 0:
        raise ApiError(400, "Bad Request: file must be non-empty")
    if blob.size > UPLOAD_LIMIT:
        raise ApiError(413, "Request Entity Too Large")
    if kind != "photo":
        return
    if blob.size > PHOTO_LIMIT:
        words = f"file of size {blob.size} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes"
        raise ApiError(400, f"Bad Request: {words}")
    size = picture_size(blob.read(0, HEAD))
    if size and (sum(size) > _SIDES_LIMIT or max(size) > _RATIO_LIMIT * min(size)):
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
