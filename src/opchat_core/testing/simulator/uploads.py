"""Reading `multipart/form-data` piece by piece, so that no file is ever whole in memory."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from attrs import frozen

from .blobs import Blob
from .body import Body, BodyTooLargeError
from .values import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from multipart import MultipartSegment

_FIELD_LIMIT = 1024 * 1024  # of all that is no file


@frozen
class Upload:
    """A file in a multipart body."""

    blob: Blob
    file_name: str | None
    mime_type: str | None


class _Parts:
    """The fields and files of a body, as they come."""

    def __init__(self) -> None:
        self.fields: dict[str, bytearray] = {}
        self.uploads: dict[str, Upload] = {}
        self._write: Callable[[bytes], object]

    def begin(self, part: MultipartSegment) -> None:
        """Take what is written from now on as a part; the first one of a name counts."""
        if part.filename is None:
            self._write = self.fields.setdefault(part.name, bytearray()).extend
            return
        upload = Upload(Blob(), part.filename or None, part.content_type or None)
        if self.uploads.setdefault(part.name, upload) is upload:
            self._write = upload.blob.append
        else:
            self._write = len  # to nowhere

    def write(self, data: bytes) -> None:
        """Take more of the present part."""
        self._write(data)
        if sum(map(len, self.fields.values())) > _FIELD_LIMIT:
            raise BodyTooLargeError

    def close(self) -> None:
        """Forget the files."""
        for upload in self.uploads.values():
            upload.blob.close()


def read_multipart(content_type: str, body: Body) -> tuple[dict[str, str], dict[str, Upload]]:
    """Return the fields and the files of a body, by name.

    Raises:
        ApiError: 400, it is no such body.
        BodyTooLargeError: It is over the limit.
        ValueError: The connection ended within it.
    """
    # Imported here: only whoever simulates uploads needs the parser, which comes with the extra `cli`.
    from multipart import (  # noqa: PLC0415 - see above
        MultipartError,
        MultipartSegment,
        PushMultipartParser,
        parse_options_header,
    )

    parts = _Parts()
    with ExitStack() as failing:
        failing.callback(parts.close)
        try:
            with PushMultipartParser(parse_options_header(content_type)[1].get("boundary", "")) as parser:
                while not parser.closed:
                    for event in parser.parse(body.read()):
                        if isinstance(event, MultipartSegment):
                            parts.begin(event)
                        elif event:
                            parts.write(bytes(event))
            fields = {name: value.decode() for name, value in parts.fields.items()}
        except (MultipartError, UnicodeDecodeError):
            raise ApiError(400, "Bad Request: can't parse multipart body") from None
        failing.pop_all()
    return fields, parts.uploads
