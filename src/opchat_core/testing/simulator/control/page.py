"""What only the phone page needs: all that it shows, in one answer, and files on their way in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.blobs import Blob
from opchat_core.testing.simulator.content import store_file
from opchat_core.testing.simulator.kinds import FILE_KINDS
from opchat_core.testing.simulator.reply import Reply, error_reply, file_reply, json_reply
from opchat_core.testing.simulator.samples import SAMPLE_FILES, sample_names
from opchat_core.testing.simulator.views import phone_json

if TYPE_CHECKING:
    from .request import Request

LONGEST_WAIT = 25.0
_BYTES = "application/octet-stream"
# Shown in the page as they are; everything else is offered as a download, so that no upload runs as a document here.
_SHOWN = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"\x1aE\xdf\xa3": "video/webm",
}
_MEASURES = {"width", "height", "length", "duration"}


def phone(request: Request) -> Reply:
    """Answer `GET phone`."""
    state = request.sim.state
    after = request.number("after")
    wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
    with state.changed:
        state.changed.wait_for(lambda: state.version != after or state.stopping, timeout=wait)
        return json_reply(200, phone_json(state, request.number("user"), request.bot))


def samples(_request: Request) -> Reply:
    """Answer `GET samples`."""
    return json_reply(200, sample_names())


def sample(request: Request) -> Reply:
    """Answer `GET samples/<name>`, for those that are files."""
    if request.ids[0] not in SAMPLE_FILES:
        return error_reply(404, "no such file")
    data = SAMPLE_FILES[request.ids[0]].read()
    return Reply(200, data, _shown_as(data[:12]) or _BYTES)


def upload(request: Request) -> Reply:
    """Answer `POST files`: keep a file that a message may then have, piece by piece."""
    query = request.query
    if query.get("kind") not in FILE_KINDS:
        raise ValueError(f"kind is one of {', '.join(FILE_KINDS)}")
    blob = Blob()
    try:
        for piece in iter(request.stream.read, b""):
            blob.append(piece)
        with request.sim.state.changed:
            stored = store_file(
                request.sim.state,
                query["kind"],
                blob,
                file_name=query.get("fileName"),
                mime_type=query.get("mimeType"),
                told={name: int(value) for name, value in query.items() if name in _MEASURES},
            )
    finally:
        if not blob.kept:
            blob.close()
    return json_reply(201, {"fileId": stored.file_id})


def file(request: Request) -> Reply:
    """Answer `GET files/<fileId>`."""
    with request.sim.state.changed:
        stored = request.sim.state.files.get(request.ids[0])
    if stored is None:
        return error_reply(404, "no such file")
    shown = _shown_as(stored.blob.read(0, 12))
    headers = {} if shown else {"Content-Disposition": "attachment"}
    return file_reply(stored.blob, request.wanted, shown or _BYTES, headers)


def _shown_as(start: bytes) -> str | None:
    """Return the type of a file that the page may show, by its first bytes."""
    if start[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for begins, kind in _SHOWN.items() if start.startswith(begins)), None)


ROUTES = (
    ("GET", r"phone", phone),
    ("GET", r"samples", samples),
    ("GET", r"samples/(\w+)", sample),
    ("POST", r"files", upload),
    ("GET", r"files/([\w-]+)", file),
)
