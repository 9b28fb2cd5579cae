"""What granian hands to an application by its own interface, RSGI, as far as it is used here."""

# ruff: noqa: D102 - granian documents them: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

from granian.rsgi import ProtocolClosed as Closed  # type: ignore[attr-defined] # public, but not listed as exported

__all__ = ["Closed", "Connection", "Headers", "Scope", "Transport"]

HeaderList = list[tuple[str, str]]


class Headers(Protocol):
    """A request's headers, by their names in lower case."""

    def __contains__(self, key: str) -> bool: ...
    def get(self, key: str) -> str | None: ...
    def items(self) -> HeaderList: ...


class Scope(Protocol):
    """What a request says of itself; the path is decoded."""

    @property
    def http_version(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def client(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query_string(self) -> str: ...
    @property
    def headers(self) -> Headers: ...


class Transport(Protocol):
    """A body that is streamed. What is given to it is on its way at once; awaiting tells whether it is."""

    def send_bytes(self, data: bytes) -> Awaitable[None]: ...


class Connection(Protocol):
    """Where a request's body comes from and its answer goes; called, it reads the whole body."""

    async def __call__(self) -> bytes: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_empty(self, status: int, headers: HeaderList) -> None: ...
    def response_bytes(self, status: int, headers: HeaderList, body: bytes) -> None: ...
    def response_file(self, status: int, headers: HeaderList, file: str) -> None: ...
    def response_stream(self, status: int, headers: HeaderList) -> Transport: ...
