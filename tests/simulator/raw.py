"""A Bot API client with nothing in between, to see the simulator byte by byte."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any

from opchat_core.testing.simulator import Simulator


class Raw:
    """Calls methods with a JSON body over a connection of its own each time."""

    def __init__(self, simulator: Simulator, token: str | None = None) -> None:
        self.simulator = simulator
        self.token = simulator.token if token is None else token

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.simulator.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def call(self, method: str, *, patience: float = 10, **params: Any) -> dict[str, Any]:
        """Call a Bot API method and return the envelope."""
        body = json.dumps(params).encode()
        headers = {"Content-Type": "application/json"}
        _status, answer = self.request("POST", f"/bot{self.token}/{method}", body, headers, patience)
        envelope = json.loads(answer)
        assert isinstance(envelope, dict)
        return envelope

    def result(self, method: str, **params: Any) -> Any:
        """Call a Bot API method that succeeds and return its result."""
        envelope = self.call(method, **params)
        assert envelope["ok"], envelope
        return envelope["result"]

    def refusal(self, method: str, **params: Any) -> tuple[int, str]:
        """Call a Bot API method that is refused and return code and words."""
        envelope = self.call(method, **params)
        assert envelope["ok"] is False, envelope
        return envelope["error_code"], envelope["description"]

    def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask the control API."""
        data = None if body is None else json.dumps(body).encode()
        status, answer = self.request(method, f"/simulator/{path}", data, {"Content-Type": "application/json"})
        return status, json.loads(answer)


def upload(raw: Raw, method: str, files: dict[str, bytes], name: str = "f.bin", **fields: object) -> dict[str, Any]:
    """Call a method with a multipart body and return the envelope."""
    parts = [
        f'--xyz\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    for field, data in files.items():
        head = (
            f'--xyz\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        parts.append(head.encode() + data + b"\r\n")
    body = b"".join(parts) + b"--xyz--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    _status, answer = raw.request("POST", f"/bot{raw.token}/{method}", body, headers)
    envelope: dict[str, Any] = json.loads(answer)
    return envelope


class HangingCaller(threading.Thread):
    """A caller of `getMe`, in a thread of its own, that is cut off sooner or later."""

    def __init__(self, raw: Raw) -> None:
        super().__init__()
        self._raw = raw
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._raw.call("getMe", patience=60)
        except (OSError, http.client.HTTPException) as error:
            self._error = error

    def error_at_the_end(self) -> Exception | None:
        """Wait for the end, which is near, and return what ended the call."""
        self.join(timeout=5)
        assert not self.is_alive()
        return self._error
