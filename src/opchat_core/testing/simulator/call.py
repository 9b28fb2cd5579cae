"""A call of a Bot API method, read from whatever encoding brought it."""

from __future__ import annotations

import json
import re
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from attrs import Factory, frozen

from .values import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_LIMIT = 60 * 1024 * 1024  # Telegram takes 50 MB of file; the rest is room for the other fields
_MEMORY_LIMIT = 1024 * 1024
_SURROGATE = re.compile("[\ud800-\udfff]")


@frozen
class Upload:
    """A file in a multipart body."""

    data: bytes
    file_name: str | None
    mime_type: str | None


@frozen
class Call:
    """Method, parameters and uploads.

    Telegram reads every parameter as text: what comes in a JSON body as a number, list or object counts as its JSON.
    Malformed numbers count as missing, as they do in the Bot API server.
    """

    method: str
    params: Mapping[str, str] = Factory(dict)
    uploads: Mapping[str, Upload] = Factory(dict)

    def text(self, name: str) -> str:
        """Return a parameter, or the empty string."""
        return self.params.get(name, "")

    def integer(self, name: str, default: int, lowest: int = -(2**63), highest: int = 2**63) -> int:
        """Return a whole number, moved into the limits."""
        try:
            value = int(self.text(name))
        except ValueError:
            value = default
        return max(lowest, min(highest, value))

    def flag(self, name: str) -> bool:
        """Return a truth value: `true`, `yes` or `1`."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str) -> object:
        """Return a parameter that is JSON, or `None`.

        Raises:
            ApiError: 400, it is no JSON.
        """
        if not self.text(name):
            return None
        try:
            value: object = json.loads(self.text(name))
        except (ValueError, RecursionError):
            raise ApiError(400, f"Bad Request: can't parse {name} JSON object") from None
        return value

    @property
    def chat_id(self) -> int | None:
        """The chat the call is about, if it is about one."""
        return self.integer("chat_id", 0) or None

    def for_ledger(self) -> Json:
        """Return the parameters with the uploads named."""
        files = {
            name: {"file_name": upload.file_name, "size": len(upload.data)} for name, upload in self.uploads.items()
        }
        return {**self.params, **files}


def read_call(method: str, query: str, content_type: str, body: bytes) -> Call:
    """Read a call.

    Raises:
        ApiError: 400, the body is not what its content type says.
    """
    params = dict(parse_qsl(query, keep_blank_values=True))
    uploads: dict[str, Upload] = {}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        params |= _from_json(body)
    elif media_type == "multipart/form-data":
        fields, uploads = _from_multipart(content_type, body)
        params |= fields
    elif body:
        try:
            params |= parse_qsl(body.decode(), keep_blank_values=True)
        except ValueError:
            raise ApiError(400, "Bad Request: strings must be encoded in UTF-8") from None
    if any(_SURROGATE.search(value) for value in params.values()):
        raise ApiError(400, "Bad Request: strings must be encoded in UTF-8")
    return Call(method, params, uploads)


def _from_json(body: bytes) -> dict[str, str]:
    try:
        values = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise ApiError(400, "Bad Request: can't parse request body as JSON object") from None
    if not isinstance(values, dict):
        raise ApiError(400, "Bad Request: can't parse request body as JSON object")
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
        if value is not None
    }


def _from_multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    # Imported here: only whoever simulates uploads needs the parser, which comes with the extra `cli`.
    from multipart import MultipartError, MultipartParser, parse_options_header  # noqa: PLC0415 - see above

    boundary = parse_options_header(content_type)[1].get("boundary", "")
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    try:
        parser = MultipartParser(BytesIO(body), boundary, len(body), spool_limit=_MEMORY_LIMIT, disk_limit=BODY_LIMIT)
        for part in parser:
            with closing(part):
                if part.filename is not None:
                    uploads[part.name] = Upload(part.raw, part.filename or None, part.content_type)
                else:
                    fields[part.name] = part.value
    except (MultipartError, ValueError):
        raise ApiError(400, "Bad Request: can't parse multipart body") from None
    return fields, uploads
