"""The part of a `Message` object that tells what was sent: built the same way for both sides of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Json, StoredFile

# What Telegram measures in a file and the simulator does not: given back as told, or like this.
_MEASURED: dict[str, Json] = {
    "photo": {"width": 640, "height": 480},
    "video": {"width": 640, "height": 480, "duration": 1},
    "animation": {"width": 320, "height": 240, "duration": 1},
    "sticker": {"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False},
    "voice": {"duration": 1},
    "audio": {"duration": 1},
    "video_note": {"length": 240, "duration": 1},
    "document": {},
}


def file_content(kind: str, stored: StoredFile, measures: Json) -> Json:
    """Return the content of a message that carries a file.

    Args:
        kind: `photo`, `video`, `document`, `voice`, `audio`, `animation`, `video_note` or `sticker`.
        stored: The file.
        measures: `width`, `height`, `duration` and the like, where the sender told them.
    """
    described: Json = {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_unique_id,
        "file_size": len(stored.data),
        **_MEASURED[kind],
        **{key: value for key, value in measures.items() if key in _MEASURED[kind]},
    }
    if kind == "photo":
        thumbnail = {**described, "width": 90, "height": 67, "file_unique_id": f"{stored.file_unique_id}s"}
        return {"photo": [thumbnail, described]}
    if stored.mime_type and kind not in {"sticker", "video_note"}:
        described["mime_type"] = stored.mime_type
    if stored.file_name and kind in {"document", "video", "audio", "animation"}:
        described["file_name"] = stored.file_name
    if kind == "animation":  # Telegram sets both, for clients that know no animations
        return {"animation": described, "document": dict(described)}
    return {kind: described}
