"""A call of a Bot API method, read from whatever encoding brought it."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from attrs import Factory, frozen

from .uploads import Upload, read_multipart
from .values import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .body import Body

_SURROGATE = re.compile("[\ud800-\udfff]")


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

    def number(self, name: str) -> float | None:
        """Return a number, or `None`: it is missing, or Telegram would not read it."""
        try:
            value = float(self.text(name))
        except ValueError:
            return None
        return value if isfinite(value) else None

    def json(self, name: str, called: str = "") -> object:
        """Return a parameter that is JSON, or `None`.

        Args:
            name: Of the parameter.
            called: What the refusal calls it, if not by its name.

        Raises:
            ApiError: 400, it is no JSON.
        """
        if not self.text(name):
            return None
        try:
            value: object = json.loads(self.text(name))
        except (ValueError, RecursionError):
            raise ApiError(400, f"Bad Request: can't parse {called or name} JSON object") from None
        return value

    @property
    def chat_id(self) -> int | None:
        """The chat the call is about, if it is about one."""
        return self.integer("chat_id", 0) or None

    def for_ledger(self) -> Json:
        """Return the parameters with the uploads named."""
        files = {
            name: {"file_name": upload.file_name, "size": upload.blob.size} for name, upload in self.uploads.items()
        }
        return {**self.params, **files}

    def close(self) -> None:
        """Forget the uploads that nothing has kept."""
        for upload in self.uploads.values():
            if not upload.blob.kept:
                upload.blob.close()


def read_call(method: str, query: str, content_type: str, body: Body) -> Call:
    """Read a call; files go to the disk piece by piece.

    Raises:
        ApiError: 400, the body is not what its content type says.
        BodyTooLargeError: It is over the limit.
        ValueError: It does not come whole.
    """
    params = dict(parse_qsl(query, keep_blank_values=True))
    uploads: dict[str, Upload] = {}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        params |= _from_json(body.read_all())
    elif media_type == "multipart/form-data":
        fields, uploads = read_multipart(content_type, body)
        params |= fields
    elif form := body.read_all():
        try:
            params |= parse_qsl(form.decode(), keep_blank_values=True)
        except ValueError:
            raise ApiError(400, "Bad Request: strings must be encoded in UTF-8") from None
    call = Call(method, params, uploads)
    if any(_SURROGATE.search(value) for value in params.values()):
        call.close()
        raise ApiError(400, "Bad Request: strings must be encoded in UTF-8")
    return call


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
