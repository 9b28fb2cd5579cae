"""The part of a `Message` object that tells what was sent: built the same way for both sides of a chat."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from attrs import evolve

from .blobs import Blob
from .kinds import FILE_KINDS, LONGEST_DURATION, LONGEST_SIDE, THUMBNAIL, FileKind
from .pictures import HEAD, SIDES, fitted, picture_size, plain_picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .state import State
    from .values import Json, StoredFile

_LIMITS = {
    "width": LONGEST_SIDE,
    "height": LONGEST_SIDE,
    "length": LONGEST_SIDE,
    "duration": LONGEST_DURATION,
    "start_timestamp": LONGEST_DURATION,
}
_GZIP, _WEBM = b"\x1f\x8b", b"\x1aE\xdf\xa3"  # how animated and video stickers begin


def store_file(
    state: State,
    kind_name: str,
    blob: Blob,
    *,
    file_name: str | None = None,
    mime_type: str | None = None,
    told: Mapping[str, object] | None = None,
    thumbnail: Blob | None = None,
) -> StoredFile:
    """Keep a file as Telegram would, and describe it. The caller holds the lock of the state.

    Args:
        state: Where it is kept.
        kind_name: A key of `FILE_KINDS`.
        blob: The bytes.
        file_name: Its name at the sender's.
        mime_type: What the sender takes it for; else the name tells, else the kind.
        told: What else the sender tells: `width`, `duration`, `title`, ...
        thumbnail: A picture of it that the sender gives.
    """
    kind = FILE_KINDS[kind_name]
    head = blob.read(0, HEAD)
    size = picture_size(head)
    described = {
        **kind.measured,
        **_shape_of(kind, head, file_name, size),
        **_told(kind, told or {}),
    }
    if kind.name == "photo":
        return _store_photo(state, blob, described)
    stored = state.add_file(kind, blob, file_name)
    described |= stored.as_file()
    if kind.mime_type:
        named = mimetypes.guess_type(file_name)[0] if file_name else None
        described["mime_type"] = mime_type or named or kind.mime_type
    if kind.named and file_name:
        described["file_name"] = file_name
    if picture := _thumbnail(state, kind, described, thumbnail):
        described |= {"thumbnail": picture, "thumb": picture}  # by its name now, and by that before Bot API 6.6
    content: Json = {kind.name: described}
    if kind.name == "animation":
        content["document"] = {key: described[key] for key in described if key not in kind.measured}
    return _put(state, stored, content)


def _store_photo(state: State, blob: Blob, described: Json) -> StoredFile:
    """Keep a photo in the sizes in which Telegram keeps it; the simulator scales nothing, so all have its bytes."""
    kind = FILE_KINDS["photo"]
    whole = (described["width"], described["height"])
    sides = [side for side in SIDES if side < max(whole)]
    files = [(fitted(whole, side), state.add_file(kind, blob)) for side in (*sides, max(whole))]
    sizes = [{**stored.as_file(), "width": width, "height": height} for (width, height), stored in files]
    return [_put(state, stored, {"photo": sizes}) for _size, stored in files][-1]


def _put(state: State, stored: StoredFile, content: Json) -> StoredFile:
    state.files[stored.file_id] = evolve(stored, content=content)
    return state.files[stored.file_id]


def _shape_of(kind: FileKind, head: bytes, file_name: str | None, size: tuple[int, int] | None) -> Json:
    """Return what the bytes tell of themselves."""
    shape: Json = {}
    if kind.name == "sticker":
        shape["is_animated"] = head.startswith(_GZIP) or (file_name or "").endswith(".tgs")
        shape["is_video"] = head.startswith(_WEBM) or (file_name or "").endswith(".webm")
    if size and "width" in kind.measured:
        shape |= {"width": size[0], "height": size[1]}
    return shape


def _told(kind: FileKind, told: Mapping[str, object]) -> Json:
    """Return what a sender told that Telegram takes: numbers moved into their limits, no empty words."""
    taken: Json = {}
    for name in (*kind.measured, *kind.told):
        value = told.get(name)
        if name in _LIMITS:
            if isinstance(value, int) and value > 0:
                taken[name] = min(value, _LIMITS[name])
        elif value not in {None, ""}:
            taken[name] = value
    return taken


def _thumbnail(state: State, kind: FileKind, described: Json, given: Blob | None) -> Json | None:
    if given is None and not kind.thumbnail:
        return None
    side = int(described.get("length", 320))
    whole = (int(described.get("width", side)), int(described.get("height", side)))
    size = (picture_size(given.read(0, HEAD)) if given else None) or fitted(whole, 320)
    stored = state.add_file(THUMBNAIL, given or Blob(plain_picture(size)))
    return {**stored.as_file(), "width": size[0], "height": size[1]}
